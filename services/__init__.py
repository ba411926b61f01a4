"""The five services: each owns its data, its rules and its API, and knows no other service."""
