"""What each vendor asks for: how it is signed for, what it shows, what its answers mean."""
