"""The trial run: a company plays its month in under a minute, through the public API alone."""
