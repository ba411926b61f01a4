"""The plan linter: what in a plan its reviewers would object to, as findings with stable codes."""
