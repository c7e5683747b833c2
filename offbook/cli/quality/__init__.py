"""How well detectors see: simulated companies, scores, and what other numbers would give."""
