"""How well the detectors see: measured, drawn, and written into docs/quality.md."""
