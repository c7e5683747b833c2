"""Whose a customer is: snatched, handed over, neglected, entered twice."""
