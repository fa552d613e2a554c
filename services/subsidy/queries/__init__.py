"""Every SQL statement of the subsidy service.

pushes     payments and claims: resolve, keep, announce
copies     what is kept of the banks' loans
reference  what the interest engine is fed with, and where its results are kept
standing   loans as they stand on a business date: registered, at which rate, in which family
facts      one row a claim line, payment or loan, with everything the rules look at
claims     claims: how far they are, and who did what
matches    the three ledgers beside each other
"""
