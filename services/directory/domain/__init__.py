"""The rules of the directory, without I/O."""
