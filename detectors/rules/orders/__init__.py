"""Who makes, grants and approves an order, and who should have."""
