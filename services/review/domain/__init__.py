"""The rules of review: who may decide, what a decision needs, what changed, who hears of a delay."""
