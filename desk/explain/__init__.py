"""Why there is an alert, laid out for whatever shows it."""
