"""A company's files against the services' real APIs."""
