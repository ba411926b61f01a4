"""Owns the one way an embedded server fails: with its name, the place to look and what to do."""


class ServerError(RuntimeError):
    """An embedded server cannot start or go on; the text names program, port or log, and the remedy."""
