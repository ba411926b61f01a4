"""The lifecycle alone, on a time-skipping engine, its owners in memory."""
