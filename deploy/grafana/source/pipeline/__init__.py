"""The dashboard *Pipeline*, a file for each of its rows."""
