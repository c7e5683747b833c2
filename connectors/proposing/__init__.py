"""A first page for a sample: which columns are which fields, as far as their names tell."""
