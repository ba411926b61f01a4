"""Texts that people read, by stable code and language."""
