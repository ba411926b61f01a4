"""Tests of the performance suite's pure parts."""
