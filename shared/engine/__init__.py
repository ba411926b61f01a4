"""Temporal: the connection, the payload codec, and the client of lifecycles."""
