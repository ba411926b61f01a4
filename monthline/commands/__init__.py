"""The commands of the command line: every module here adds its own with ``add_to(app)``."""
