"""The invariants, one function each: facts in, violations out; nothing here asks a server."""
