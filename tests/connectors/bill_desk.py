"""BILL's judges at work, the way the console goes about it."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.catalogue import find_operation
from connectors.errors import OutcomeUnknownError
from connectors.judging import Attempted, Expectation, Read, Snapshot, Verdict
from connectors.registry import connector
from connectors.transport import Client, send_write


@dataclass
class BillDesk:
    """One write from look to probe."""

    client: Client
    read: Read

    def look(self, name: str, given: Mapping[str, Any]) -> Snapshot:
        return self._judge(name).look(self.read, find_operation(name).arguments(given))

    def expect(self, name: str, given: Mapping[str, Any]) -> Expectation:
        arguments = find_operation(name).arguments(given)
        return self._judge(name).expect(self._judge(name).look(self.read, arguments), arguments)

    def send(self, name: str, given: Mapping[str, Any]) -> Any:
        operation = find_operation(name)
        request = operation.request(operation.arguments(given), self.client.account.injected)
        return send_write(
            self.client, request, operation=operation, trusted=operation.wants_trust(given)
        ).data

    def attempt(
        self, name: str, given: Mapping[str, Any], *, send: bool = True, loses_answer: bool = False
    ) -> Attempted:
        """Look and send. loses_answer: the test asked for that, and it must happen; `answer` stays None."""
        before, sent_at, answer = self.look(name, given), datetime.now(UTC), None
        if send:
            with pytest.raises(OutcomeUnknownError) if loses_answer else nullcontext():
                answer = self.send(name, given)
        accepted = send and not loses_answer
        return Attempted(find_operation(name).arguments(given), before, sent_at, answer, accepted)

    def probe(self, name: str, attempt: Attempted) -> Verdict:
        return self._judge(name).probe(self.read, attempt)

    def _judge(self, name: str) -> Any:
        return connector("bill").judges[find_operation(name).judge or ""]


def titles(card: Expectation) -> list[tuple[str, str]]:
    return [(flag.level, flag.title) for flag in card.flags]


def changes(card: Expectation) -> dict[str, tuple[str, str]]:
    return {change.field: (change.now, change.after) for change in card.changes}
