"""Attacks on the real applications over real databases: each is refused, and teaches its sender nothing."""
