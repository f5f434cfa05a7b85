"""Errors, by who can mend them."""

from __future__ import annotations


class AuthorError(Exception):
    """An assignment's own files are wrong; the message names the file and the cure."""
