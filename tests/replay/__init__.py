"""Recorded histories of lifecycles, and the guard that today's code still understands them."""
