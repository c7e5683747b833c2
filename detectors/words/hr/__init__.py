"""What HR says of employees: that they give notice, leave and come back."""
