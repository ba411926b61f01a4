"""Reminders and escalations of a deadline: their dates and recipients, pure."""
