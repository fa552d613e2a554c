"""Subsidy: what the treasury owes, approves and pays, and what of it reached the household.

It owns payments. Of the banks' loans, interest lines and refunds it keeps copies and judges by
them; it does not know who the borrowers are.
"""
