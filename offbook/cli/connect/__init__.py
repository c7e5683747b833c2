"""`offbook connect`: a mapping proposed, tried, tested and run."""
