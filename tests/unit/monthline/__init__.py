"""Rules of the command line, without servers and files."""
