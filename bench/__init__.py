"""Speed and memory of Offbook, as figures and ratios from one run: `python -m bench`."""
