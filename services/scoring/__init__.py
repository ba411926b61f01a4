"""Scoring owns metrics and their values, scoring policies, self-explaining scores and the answers to them."""
