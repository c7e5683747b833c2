"""Kafka: what reads the source topics, what runs the detectors on them, and their settings."""
