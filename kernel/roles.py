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
    CLIENTS_WRITE = "clients:write"
    CLAIMS_READ = "claims:read"
    CLAIMS_WRITE = "claims:write"
    CONTRACTS_READ = "contracts:read"
    CONTRACTS_WRITE = "contracts:write"
    ELIGIBILITY_ASK = "eligibility:ask"
    FEED_READ = "feed:read"
    FINDINGS_READ = "findings:read"
    HOUSEHOLDS_READ = "households:read"
    HOUSEHOLDS_REVEAL = "households:reveal"
    HOUSEHOLDS_WRITE = "households:write"
    INCIDENTS_READ = "incidents:read"
    INCIDENTS_WRITE = "incidents:write"
    PAYMENTS_READ = "payments:read"
    PAYMENTS_WRITE = "payments:write"
    POLICIES_READ = "policies:read"
    POLICIES_WRITE = "policies:write"
    SAMPLES_WRITE = "samples:write"
    SCREENINGS_ASK = "screenings:ask"


_READS_FINDINGS = {May.FINDINGS_READ, May.AGENCIES_READ}

GRANTS: dict[Role, frozenset[May]] = {
    Role.POVERTY_OFFICE: frozenset(
        {
            May.HOUSEHOLDS_WRITE,
            May.HOUSEHOLDS_READ,
            May.HOUSEHOLDS_REVEAL,
            May.INCIDENTS_WRITE,
            May.INCIDENTS_READ,
            May.CONTRACTS_READ,
            May.PAYMENTS_READ,
            May.POLICIES_READ,
            May.CLAIMS_READ,
            May.ELIGIBILITY_ASK,
            May.SAMPLES_WRITE,
            May.SCREENINGS_ASK,
        }
        | _READS_FINDINGS
    ),
    Role.BANK: frozenset(
        {May.CONTRACTS_WRITE, May.CONTRACTS_READ, May.HOUSEHOLDS_READ, May.ELIGIBILITY_ASK}
        | _READS_FINDINGS
    ),
    Role.FINANCE_BUREAU: frozenset({May.PAYMENTS_WRITE, May.PAYMENTS_READ} | _READS_FINDINGS),
    Role.INSURER: frozenset(
        {
            May.POLICIES_WRITE,
            May.POLICIES_READ,
            May.CLAIMS_WRITE,
            May.HOUSEHOLDS_READ,
            May.CLAIMS_READ,
        }
        | _READS_FINDINGS
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
        }
        | _READS_FINDINGS
    ),
    Role.AUDITOR: frozenset({May.AGENCIES_READ}),
    Role.OPERATOR: frozenset({May.AGENCIES_WRITE, May.AGENCIES_READ, May.CLIENTS_WRITE}),
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
