"""Where snapshots of loans find what its events tell."""

from kernel.sharing.snapshots import Source
from services.loans.queries import pushes

SOURCES = (
    Source(("contract.recorded",), "contract", "id", pushes.CONTRACTS_TOLD),
    Source(("interest-line.recorded",), "interest_line", "id", pushes.LINES_TOLD),
    Source(("repayment.recorded",), "repayment", "id", pushes.REPAYMENTS_TOLD),
    Source(("refund.recorded",), "refund", "id", pushes.REFUNDS_TOLD),
)
