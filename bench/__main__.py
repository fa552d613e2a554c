"""`make bench`: every benchmark, one after the other."""

from bench import bulk_contracts, eligibility, relay, screening

print("An eligibility check through the gateway, beside a bare FastAPI route")
eligibility.main()
print("A bulk push of contracts, beside raw COPY + upsert of the same rows")
bulk_contracts.main()
print("Screening ten counties by every rule, beside runs that continue it after changes")
screening.main()
print(
    "The relay, with what events say of people encrypted, beside plain moving; a sister's reading"
)
relay.main()
