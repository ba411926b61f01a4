"""Owns who was told what: messages, deliveries, preferences and webhooks."""
