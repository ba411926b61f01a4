"""What the whole tree promises: its interfaces as committed, its walls."""
