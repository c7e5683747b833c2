"""What runs the rules: state and deadlines in, alerts out."""
