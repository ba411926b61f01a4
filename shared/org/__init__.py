"""The organisation as every service sees it: a copy of the directory's facts, kept from its events."""
