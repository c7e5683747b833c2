"""How well detectors work: simulated companies, scores, and the effect of other parameter
values."""
