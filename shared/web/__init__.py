"""HTTP for every service: authentication, limits, problems, commands."""
