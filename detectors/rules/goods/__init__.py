"""Where the goods go: out without an order, before the approval, to the wrong hands."""
