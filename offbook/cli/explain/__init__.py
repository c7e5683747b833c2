"""What detectors and alerts mean, for people and for the documents."""
