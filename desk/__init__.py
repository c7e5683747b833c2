"""Where people work with alerts: who may do what, what they see, and what they do."""
