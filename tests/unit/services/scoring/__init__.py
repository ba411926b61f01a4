"""Tests of the arithmetic of scores and of the rules of figures and answers."""
