"""What can go wrong in loans."""

from kernel.problems import Conflict


class ProposalOpen(Conflict):
    """Another proposal about this loan waits for its decision; wait for it, then propose again."""

    title, code = "A proposal is open", "proposal-open"
