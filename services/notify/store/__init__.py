"""All SQL of notify: messages, deliveries, webhooks and preferences."""
