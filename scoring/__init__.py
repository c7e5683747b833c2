"""How well detectors work: their alerts compared with what really happened."""
