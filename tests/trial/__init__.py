"""Trials that take minutes: `make trial-tls`; never part of `make test`."""
