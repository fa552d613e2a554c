"""Registry: who is registered as poor, with whom they live, and since when.

It owns households, their members and dated statuses. It does not know loans, subsidy or claims,
and it lets no health fact out: neighbours hear whether someone is able to work, nothing more.
"""
