"""Rectification: what is wrong, who puts it right, by when, with what proof.

It owns samples, screenings and findings, and the ledger: items, visits, evidence, filings.
It judges nothing: the services that own the rows do, and it keeps what they answer.
"""
