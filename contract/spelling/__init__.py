"""How the same thing is recognised however it is spelt, and how what others wrote is shown."""
