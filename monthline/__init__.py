"""The command line: it starts, migrates, checks, feeds and explains a Monthline deployment."""
