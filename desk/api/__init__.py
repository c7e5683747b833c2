"""The desk for programs: JSON over HTTP."""
