"""The drills' own tools, and one drill that is quick enough for every run."""
