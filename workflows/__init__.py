"""The decision in which stage a plan is: the lifecycle, the opening of a month, and their pure rules."""
