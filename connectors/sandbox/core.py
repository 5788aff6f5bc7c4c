"""What every vendor half of the sandbox stands on."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.sandbox.faults import Faults
from connectors.sandbox.store import Store
from connectors.sandbox.webhooks import Deliveries

USUAL_CUSTOMERS = 40


class Core:
    """The store with its clock, and the faults asked for.

    A half is a package with DEFAULTS (its settings and their values), `routes(core)` (paths after its own
    name) and `seed(core, seed, customers)`; one that sends events has WEBHOOKS, one that can be made large
    `fill(core, seed, customers, invoices)`, one whose records tell when they changed `stamps(record, now)`.
    """

    def __init__(self, state_file: Path, halves: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self.halves = halves
        defaults = {name: value for half in halves.values() for name, value in half.DEFAULTS.items()}
        if unknown := settings.keys() - defaults.keys():
            raise ValueError(f"the sandbox has no setting {', '.join(sorted(unknown))}")
        self.store = Store(state_file, defaults=defaults | dict(settings))
        self.faults = Faults()
        self._kept_for: tuple[int, int, str] | None = None  # what the store would put back
        self.most_at_once: dict[str, int] = {}  # by connector, where it counts them; refused ones included
        self.senders = {name: half.WEBHOOKS for name, half in halves.items() if hasattr(half, "WEBHOOKS")}
        deliveries = Deliveries(self.store, self.senders)
        self.store.send_events(
            {name: sender.events for name, sender in self.senders.items()},
            deliveries.wake,
            always=(name for name, sender in self.senders.items() if sender.always),
        )

    def reset(self, *, seed: int, customers: int, invoices: int | None = None) -> None:
        """Forget everything and fill the books anew, the same for the same seed and sizes.

        invoices: how many there shall be, for very large books; those beyond the usual size are of one kind.
        """
        self.faults.clear()
        self.most_at_once.clear()
        if invoices is None:
            self._reset_to_usual_size(seed, customers)
            return
        with self.store.writing("control"):
            self.store.wipe()
            for half in self.halves.values():
                half.seed(self, seed, min(customers, USUAL_CUSTOMERS))
            for half in self.halves.values():
                if hasattr(half, "fill"):
                    half.fill(self, seed, customers, invoices)

    def stamps(self, connector: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that change with every change of a record."""
        half = self.halves[connector]
        return half.stamps(record, self.store.now()) if hasattr(half, "stamps") else {}

    def _reset_to_usual_size(self, seed: int, customers: int) -> None:
        """Tests ask for the same books again and again; dates in them are counted from this hour."""
        asked = (seed, customers, f"{datetime.now(UTC):%Y-%m-%dT%H}")
        if asked == self._kept_for:
            self.store.put_back()
            return
        with self.store.writing("control"):
            self.store.wipe()
            for half in self.halves.values():
                half.seed(self, seed, customers)
            self.store.keep_as_seeded()
        self._kept_for = asked
