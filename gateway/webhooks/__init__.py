"""Webhooks after Standard Webhooks 1.0.0: agencies are told that there is news in a feed.

A body is thin: type, time, service, positions and how many. Whoever hears it reads the feed with
his own token, so that reading is checked and logged where all reading is (decision 0019).

    endpoints, hosts     who is told, where, of which types; what the operator approved
    hearing              news of the feeds becomes deliveries, one a subject and service
    delivering           deliveries go out, under a lease, on the specification's schedule
    addresses, sending   where a request may go, and the one that goes there
    signing              v1 (HMAC-SHA256) and v1a (ed25519)
"""
