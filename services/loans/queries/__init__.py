"""Every SQL statement of loans.

pushes     what a push resolves, locks, keeps and announces
reference  what the interest engine is fed with, and where its results are kept
facts      one row a loan, with everything the rules look at
"""
