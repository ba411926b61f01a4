"""The fault drills: the whole stack behind proxies, broken on purpose, healed and then audited."""
