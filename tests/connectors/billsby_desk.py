"""One Billsby write at a time against the local Billsby: look, expect, send, probe."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.catalogue import catalogue
from connectors.errors import OutcomeUnknownError
from connectors.judging import Attempted, Expectation, Snapshot, Verdict
from connectors.registry import connector
from connectors.transport import Client, read, send_write

BILLSBY = catalogue("billsby")


class Desk:
    """One write at a time, the way the console does it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def read(self, name: str, arguments: Any) -> Any:
        return read(self.client, BILLSBY[name], arguments).data

    def look(self, name: str, /, **given: Any) -> tuple[Snapshot, Expectation]:
        arguments = BILLSBY[name].arguments(given)
        judge = connector("billsby").judges[BILLSBY[name].judge]
        before = judge.look(self.read, arguments)
        return before, judge.expect(before, arguments)

    def carry_out(self, name: str, /, *, loses_answer: bool = False, **given: Any) -> Verdict:
        """Send it and ask the judge. loses_answer: the test asked for that, and it must happen."""
        operation = BILLSBY[name]
        arguments = operation.arguments(given)
        before, _ = self.look(name, **given)
        at, answer = datetime.now(UTC), None
        with pytest.raises(OutcomeUnknownError) if loses_answer else nullcontext():
            request = operation.request(arguments, self.client.account.injected)
            answer = send_write(self.client, request).data
        attempt = Attempted(arguments, before, at, answer)
        return connector("billsby").judges[operation.judge].probe(self.read, attempt)

    def probe_unsent(
        self, name: str, /, *, meanwhile: Callable[[], Any] = lambda: None, **given: Any
    ) -> Verdict:
        """What the judge says of a write that never came to the vendor, whatever else happened there."""
        operation = BILLSBY[name]
        before, _ = self.look(name, **given)
        meanwhile()
        attempt = Attempted(operation.arguments(given), before, datetime.now(UTC))
        return connector("billsby").judges[operation.judge].probe(self.read, attempt)


def levels(expectation: Expectation) -> set[str]:
    return {flag.level for flag in expectation.flags}
