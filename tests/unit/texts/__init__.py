"""Every text that people read, rendered with samples and held against one committed file."""
