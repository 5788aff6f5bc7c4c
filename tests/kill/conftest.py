"""Executions whose process dies at a chosen point and starts again; the ledger and the log are witnesses."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from connectors.sandbox.client import SandboxControl
from console.approvals import deciding
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from tests import processes
from tests.processes import Process, wait_for

FAST = {
    "LEASE_S": "5",  # three seconds more than a call may take: a busy machine must get from claim to sending
    "VENDOR_TIMEOUT_S": "2",
    "SWEEP_EVERY_S": "0.25",
    "PROBE_SCHEDULE_S": "0.2,0.3,0.5,1,1,1",
}
ENDED = [status for status in Proposal.Status if status not in Proposal.LIVE]


@pytest.fixture(scope="module")
def sandbox_url() -> Iterator[str]:
    """The local vendors as a process of their own: they outlive every kill."""
    with processes.sandbox() as url:
        yield url


@pytest.fixture(scope="module")
def sandbox_control(sandbox_url: str) -> Iterator[SandboxControl]:
    with SandboxControl(sandbox_url) as control:
        yield control


@pytest.fixture(scope="module")
def beat() -> Iterator[None]:
    """On Redis, who rings the sweeper; on one machine that is a thread of the server."""
    if not processes.has_redis():
        yield
        return
    with processes.running(processes.beat("beat-kill", FAST)):
        yield


class Executor:
    """Whoever executes, over several lives: the server on one machine, a worker on Redis."""

    def __init__(self, database_url: str) -> None:
        self.environ = FAST | {
            "DATABASE_URL": database_url,
            "EMBEDDED_WORKER": str(not processes.has_redis()),
        }
        self.port = processes.free_port()

    def dies(self, point: str) -> None:
        """Live until this point of an execution is reached."""
        job = ["work"] if processes.has_redis() else ["serve", str(self.port)]
        command = ["tests.kill.server", *job]
        with self._life(command, COUNTERSIGN_KILL_AT=point) as doomed:
            assert doomed.wait_until_dead() == -signal.SIGKILL

    @contextmanager
    def lives(self) -> Iterator[Process]:
        """Live on, with nothing done to it."""
        plain = processes.WORKER_COMMAND if processes.has_redis() else processes.server_command(self.port)
        with self._life(plain) as process:
            yield process

    @contextmanager
    def _life(self, command: list[str], **environ: str) -> Iterator[Process]:
        process = Process(f"executor-{self.port}", command, environ=self.environ | environ)
        try:
            process.start()
            yield process
        finally:
            process.kill()
            print(process.tail())


@pytest.fixture
def executor(committed_db, beat) -> Executor:
    if processes.has_redis():
        processes.forget_messages()
    return Executor(committed_db)


@pytest.fixture
def ended(executor) -> Callable[[Proposal], Proposal]:
    """Lets the executor live until the proposal has ended without any person's help."""

    def wait(proposal: Proposal) -> Proposal:
        def has_ended() -> bool:
            proposal.refresh_from_db()
            return proposal.status in ENDED

        with executor.lives():
            wait_for(has_ended, f"{proposal} to end (now {proposal.status}: {proposal.outcome})")
        return proposal

    return wait


@pytest.fixture
def approved(committed_db, connected, people) -> Callable[..., Proposal]:
    """Files these steps as Priya's and approves them as Dana's."""

    def file(*steps: StepDraft) -> Proposal:
        origin = Origin("form")
        proposal = propose(actor=people["priya"], steps=list(steps), reason="Card updated.", origin=origin)
        return deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest)

    return file


@pytest.fixture
def retry(approved, sandbox) -> Callable[..., Proposal]:
    def of(story: str = "retry_pays") -> Proposal:
        invoice = sandbox.stories()[story]["invoiceNumber"]
        return approved(StepDraft("billsby_retry_invoice_payment", {"invoiceNumber": invoice}))

    return of


@pytest.fixture
def goodbye(approved, sandbox) -> Callable[[], Proposal]:
    """A plan of two: refund the latest invoice, then cancel."""
    story = sandbox.stories()["cancel_refund"]
    customer = {"customerUniqueId": story["customerUniqueId"]}
    refund = {"invoiceNumber": story["invoiceNumber"], "amount": story["amount_minor"]}
    cancel = {"subscriptionUniqueId": story["subscriptionUniqueId"]}
    return lambda: approved(
        StepDraft("billsby_refund_invoice", customer | refund),
        StepDraft("billsby_cancel_subscription", customer | cancel),
    )
