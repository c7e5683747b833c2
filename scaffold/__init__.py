"""Lays out the files of a new detector of Offbook's own: `make detector NAME=… ROOM=…`."""
