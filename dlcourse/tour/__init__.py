"""`dlcourse demo`: a sample class, graded and shown."""
