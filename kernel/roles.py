"""Who may do what: roles, scopes, and which role grants which. One page.

A scope is `resource:act`. A token carries those of its client's role, or fewer. Which *rows* a
scope reaches is the query's business (`kernel.bulk.reads`).
"""

from enum import StrEnum


class AgencyType(StrEnum):
    """What an agency is (design, fields.md)."""

    POVERTY_OFFICE = "POVERTY_OFFICE"
    BANK = "BANK"
    FINANCE_BUREAU = "FINANCE_BUREAU"
    INSURER = "INSURER"
    SUPERVISOR = "SUPERVISOR"
    AUDITOR = "AUDITOR"
    OPERATOR = "OPERATOR"


class Role(StrEnum):
    """The part a client plays."""

    POVERTY_OFFICE = "poverty_office"
    BANK = "bank"
    FINANCE_BUREAU = "finance_bureau"
    INSURER = "insurer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    SERVICE = "service"
    """Issued to our own processes only; never to a client."""


class Kind(StrEnum):
    """A system pushes and reads; an officer is one named person and alone may decide."""

    SYSTEM = "SYSTEM"
    OFFICER = "OFFICER"


class May(StrEnum):
    """Everything a token can allow."""

    AGENCIES_WRITE = "agencies:write"
    AGENCIES_READ = "agencies:read"
    AUDIT_READ = "audit:read"
    BUDGETS_READ = "budgets:read"
    BUDGETS_WRITE = "budgets:write"
    CHECKS_WRITE = "checks:write"
    CLIENTS_WRITE = "clients:write"
    CLAIMS_READ = "claims:read"
    CLAIMS_WRITE = "claims:write"
    CONTRACTS_READ = "contracts:read"
    CONTRACTS_WRITE = "contracts:write"
    DEFAULTS_DECIDE = "defaults:decide"
    DEFAULTS_PROPOSE = "defaults:propose"
    DISPOSITIONS_WRITE = "dispositions:write"
    ELIGIBILITY_ASK = "eligibility:ask"
    FEED_READ = "feed:read"
    FINDINGS_READ = "findings:read"
    HOUSEHOLDS_READ = "households:read"
    HOUSEHOLDS_REVEAL = "households:reveal"
    HOUSEHOLDS_WRITE = "households:write"
    INCIDENTS_READ = "incidents:read"
    INCIDENTS_WRITE = "incidents:write"
    INTEREST_QUOTE = "interest:quote"
    ITEMS_CLOSE = "items:close"
    ITEMS_READ = "items:read"
    ITEMS_WORK = "items:work"
    LENDING_WATCH = "lending:watch"
    NEEDS_READ = "needs:read"
    NEEDS_WRITE = "needs:write"
    PAYMENTS_READ = "payments:read"
    PAYMENTS_WRITE = "payments:write"
    PERSONS_LOOK_UP = "persons:look-up"
    POLICIES_READ = "policies:read"
    POLICIES_WRITE = "policies:write"
    REPORTS_READ = "reports:read"
    SAMPLES_WRITE = "samples:write"
    SCREENINGS_ASK = "screenings:ask"
    SUBMISSIONS_FILE = "submissions:file"
    SUBMISSIONS_READ = "submissions:read"
    SUBSIDY_APPROVE = "subsidy-claims:approve"
    SUBSIDY_CLAIM = "subsidy-claims:write"
    SUBSIDY_READ = "subsidy-claims:read"
    SUBSIDY_REVIEW = "subsidy-claims:review"
    WEBHOOKS_APPROVE = "webhooks:approve"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"


_EVERY_AGENCY = {
    May.AGENCIES_READ,
    May.FEED_READ,
    May.FINDINGS_READ,
    May.INTEREST_QUOTE,
    May.ITEMS_READ,
    May.PERSONS_LOOK_UP,
    May.SUBMISSIONS_FILE,
    May.WEBHOOKS_READ,
    May.WEBHOOKS_WRITE,
}
"""What every agency that holds facts may, whichever they are."""

GRANTS: dict[Role, frozenset[May]] = {
    Role.POVERTY_OFFICE: frozenset(
        {
            May.HOUSEHOLDS_WRITE,
            May.HOUSEHOLDS_READ,
            May.HOUSEHOLDS_REVEAL,
            May.AUDIT_READ,
            May.INCIDENTS_WRITE,
            May.INCIDENTS_READ,
            May.CONTRACTS_READ,
            May.PAYMENTS_READ,
            May.POLICIES_READ,
            May.CLAIMS_READ,
            May.ELIGIBILITY_ASK,
            May.SAMPLES_WRITE,
            May.SCREENINGS_ASK,
            May.BUDGETS_READ,
            May.CHECKS_WRITE,
            May.DEFAULTS_DECIDE,
            May.DISPOSITIONS_WRITE,
            May.ITEMS_CLOSE,
            May.ITEMS_WORK,
            May.LENDING_WATCH,
            May.NEEDS_READ,
            May.NEEDS_WRITE,
            May.REPORTS_READ,
            May.SUBMISSIONS_READ,
            May.SUBSIDY_READ,
            May.SUBSIDY_REVIEW,
        }
        | _EVERY_AGENCY
    ),
    Role.BANK: frozenset(
        {
            May.CONTRACTS_WRITE,
            May.CONTRACTS_READ,
            May.HOUSEHOLDS_READ,
            May.HOUSEHOLDS_REVEAL,
            May.ELIGIBILITY_ASK,
            May.DEFAULTS_PROPOSE,
            May.ITEMS_WORK,
            May.LENDING_WATCH,
            May.NEEDS_READ,
            May.SUBSIDY_CLAIM,
            May.SUBSIDY_READ,
        }
        | _EVERY_AGENCY
    ),
    Role.FINANCE_BUREAU: frozenset(
        {
            May.PAYMENTS_WRITE,
            May.PAYMENTS_READ,
            May.BUDGETS_READ,
            May.BUDGETS_WRITE,
            May.ITEMS_WORK,
            May.SUBSIDY_APPROVE,
            May.SUBSIDY_READ,
        }
        | _EVERY_AGENCY
    ),
    Role.INSURER: frozenset(
        {
            May.POLICIES_WRITE,
            May.POLICIES_READ,
            May.CLAIMS_WRITE,
            May.HOUSEHOLDS_READ,
            May.HOUSEHOLDS_REVEAL,
            May.CLAIMS_READ,
            May.ITEMS_WORK,
        }
        | _EVERY_AGENCY
    ),
    Role.SUPERVISOR: frozenset(
        {
            May.HOUSEHOLDS_READ,
            May.CONTRACTS_READ,
            May.PAYMENTS_READ,
            May.POLICIES_READ,
            May.INCIDENTS_READ,
            May.CLAIMS_READ,
            May.SAMPLES_WRITE,
            May.SCREENINGS_ASK,
            May.BUDGETS_READ,
            May.CHECKS_WRITE,
            May.DEFAULTS_DECIDE,
            May.DISPOSITIONS_WRITE,
            May.ITEMS_CLOSE,
            May.ITEMS_WORK,
            May.LENDING_WATCH,
            May.NEEDS_READ,
            May.REPORTS_READ,
            May.SUBMISSIONS_READ,
            May.SUBSIDY_READ,
        }
        | _EVERY_AGENCY
    ),
    Role.AUDITOR: frozenset({May.AGENCIES_READ, May.AUDIT_READ, May.FEED_READ}),
    Role.OPERATOR: frozenset(
        {
            May.AGENCIES_WRITE,
            May.AGENCIES_READ,
            May.CLIENTS_WRITE,
            May.FEED_READ,
            May.WEBHOOKS_APPROVE,
            May.WEBHOOKS_READ,
        }
    ),
    Role.SERVICE: frozenset({May.FEED_READ}),
}

ROLE_OF_AGENCY = {
    AgencyType.POVERTY_OFFICE: Role.POVERTY_OFFICE,
    AgencyType.BANK: Role.BANK,
    AgencyType.FINANCE_BUREAU: Role.FINANCE_BUREAU,
    AgencyType.INSURER: Role.INSURER,
    AgencyType.SUPERVISOR: Role.SUPERVISOR,
    AgencyType.AUDITOR: Role.AUDITOR,
    AgencyType.OPERATOR: Role.OPERATOR,
}
"""The one role that the clients of an agency may have."""

AGENCY_TYPE_OF = {role: agency_type for agency_type, role in ROLE_OF_AGENCY.items()}
"""The type of the agencies whose clients have a role."""
