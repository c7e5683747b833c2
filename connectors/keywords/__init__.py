"""Hits of keywords in messages: `normal` makes what is written alike, `lexicon` finds them."""
