"""The tests of Monthline."""
