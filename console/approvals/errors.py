"""Why a request about a proposal is turned down. Each carries a sentence for whoever asked."""

from console.approvals.models import Proposal


class ApprovalError(Exception):
    """Turned down; `str(error)` is fit for the screen, and nothing was changed."""


class NotAllowedError(ApprovalError):
    """This person may not do this."""


class BlockedError(ApprovalError):
    """The vendor, or a rule of ours, would refuse this for certain."""


class StaleDecisionError(ApprovalError):
    """What was on screen is not what stands now."""


class AlreadyProposedError(ApprovalError):
    """A live proposal holds the same thing; `proposal` is that one."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__(f"{proposal.number} already asks for this and is not finished.")
        self.proposal = proposal
