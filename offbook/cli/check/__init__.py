"""What is promised of every detector, held against one: its own laws, its words, its examples."""
