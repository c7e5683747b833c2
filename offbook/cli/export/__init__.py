"""One case as a folder that somebody can read who has no Offbook: a court, a lawyer."""
