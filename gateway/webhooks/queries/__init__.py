"""Every SQL statement of webhooks, by what it is about."""
