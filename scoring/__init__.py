"""How well detectors see: their alerts held against what really happened."""
