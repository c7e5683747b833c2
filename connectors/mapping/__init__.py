"""From records to events, by a page of TOML: paths, typed steps and rules. No page runs code."""
