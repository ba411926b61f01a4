"""Rules without I/O: fast, with sockets off."""
