"""Rules of the services, without servers and files."""
