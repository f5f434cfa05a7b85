"""Errors, by who can mend them. The message names what is wrong and the cure."""

from __future__ import annotations


class DlcourseError(Exception):
    """Something that a person can mend; the command line prints the message, not a traceback."""


class AuthorError(DlcourseError):
    """An assignment's own files are wrong, or what was built of them is stale."""


class CourseError(DlcourseError):
    """The course's files, its gradebook, a submission or what was asked of them does not fit."""


class SetupError(DlcourseError):
    """This machine or the cluster lacks something: the sandbox, a package, a worker."""
