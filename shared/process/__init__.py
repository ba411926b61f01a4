"""One process: its composition, start, background work and stop."""
