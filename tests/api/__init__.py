"""Schemathesis against a running exchange (`make test-api`)."""
