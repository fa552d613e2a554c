"""The one door: tokens, agencies and their clients, one address for all services."""
