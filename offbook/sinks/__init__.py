"""Where alerts and figures go: Redis, Prometheus, health reports, dead letters. One file each."""
