"""Three weeks at Hengda Machinery, a company that does not exist."""
