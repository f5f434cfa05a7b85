"""Runs notebooks of students in processes of their own; returns data, trusts nothing of it."""
