"""From the topic of alerts to what people look at."""
