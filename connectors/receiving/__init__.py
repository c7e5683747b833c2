"""Takes records from where a company's systems put them, and keeps what becomes of them on Kafka:
what was acknowledged is there, and what is there twice has the same id."""
