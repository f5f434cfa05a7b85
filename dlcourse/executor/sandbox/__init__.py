"""Walls around student code; :mod:`.walls` is where to begin."""
