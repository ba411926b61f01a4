"""Rules of the audit: rows in, violations out."""
