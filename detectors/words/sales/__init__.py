"""What is usual for whoever sells, by day and by week."""
