"""Sales that were made up, held back or taken elsewhere, as the figures show them."""
