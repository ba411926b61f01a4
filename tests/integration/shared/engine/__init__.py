"""Plumbing on files, servers and time."""
