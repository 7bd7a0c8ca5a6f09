"""Inbox and outbox: mail, SMS and webhooks (design 5)."""
