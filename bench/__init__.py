"""The performance suite: the full stack against a bare Temporal workflow, measured in one run."""
