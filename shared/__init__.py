"""Words, promises and plumbing that every service may use; it knows none of them."""
