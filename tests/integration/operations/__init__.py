"""What an operator relies on: servers that are looked at before anything begins, and the doctor."""
