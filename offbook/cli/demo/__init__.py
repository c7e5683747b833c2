"""Everything on this machine, with nothing installed beforehand."""
