"""What a played month must show, each promise as one named check over the public interfaces."""
