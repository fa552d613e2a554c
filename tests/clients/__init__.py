"""Clients made by other people's generators, used against a live exchange (`make test-clients`)."""
