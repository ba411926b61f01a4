"""Tests of the lifecycle's pure rules: the table of moves, the dates, the ladders."""
