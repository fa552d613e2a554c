"""`make bench`: every benchmark, one after the other."""

from bench import apart, bulk_contracts, eligibility, relay, screening, webhooks

print("An eligibility check through the gateway, beside a bare FastAPI route")
eligibility.main()
print("A bulk push of contracts, beside raw COPY + upsert of the same rows")
bulk_contracts.main()
print("Screening ten counties by every rule, beside runs that continue it after changes")
screening.main()
print("One row read through a gateway that mounts its services, and one that passes requests on")
apart.main()
print(
    "The relay, with what events say of people encrypted, beside plain moving; a sister's reading"
)
relay.main()
print("Deliveries of webhooks by one worker, beside a bare loop of posts")
webhooks.main()
