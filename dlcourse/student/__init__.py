"""What runs in a student's notebook or terminal: check, demo, guards."""
