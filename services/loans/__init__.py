"""Loans: what was lent, charged, repaid and refunded, by which bank and for whose use.

It owns contracts, ratings, interest lines, repayments, refunds and notices, the one interest
engine, and the LOAN rules. Who is registered it knows from its copy of the registry's feed.
"""
