"""What all that is served over HTTP shares: who asks, how often, what is said when it fails."""
