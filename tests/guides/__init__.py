"""Guides, followed word for word (`make test-guides`, and partly by pytest)."""
