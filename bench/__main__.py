"""`make bench`: every benchmark, one after the other."""

from bench import bulk_contracts, eligibility

print("An eligibility check through the gateway, beside a bare FastAPI route")
eligibility.main()
print("A bulk push of contracts, beside raw COPY + upsert of the same rows")
bulk_contracts.main()
