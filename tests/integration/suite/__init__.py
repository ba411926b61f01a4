"""The tools with which the tests are run."""
