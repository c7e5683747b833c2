"""The dashboard *Fraud overview*, a file for each of its rows."""
