"""The control interface of a running sandbox, for tests and measurements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx


class SandboxControl:
    """base_url: where the sandbox stands, e.g. http://127.0.0.1:8000/sandbox or http://127.0.0.1:8010.

    Faults strike the next `times` calls that match all that is given: connector, operation, path_contains.
    """

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=f"{base_url.rstrip('/')}/control", timeout=30)

    def __enter__(self) -> SandboxControl:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def reset(self, *, seed: int = 1, customers: int = 40) -> None:
        self._post("/reset", {"seed": seed, "customers": customers})

    def fail_next(self, *, status: int, times: int = 1, body: str = "", **matching: Any) -> None:
        """Answer with a status. after_effect=True: only once the call has had its effect."""
        self._fault("status", status=status, times=times, body=body, **matching)

    def rate_limit(
        self, *, times: int = 1, headers: Mapping[str, str] | None = None, **matching: Any
    ) -> None:
        self._fault("rate_limit", times=times, headers=dict(headers or {}), **matching)

    def delay(self, *, seconds: float, times: int = 1, **matching: Any) -> None:
        """Wait before the call is taken up, or with after_effect=True between effect and reply."""
        self._fault("delay", seconds=seconds, times=times, **matching)

    def reset_connection(self, *, times: int = 1, **matching: Any) -> None:
        """Reset the connection before anything happens."""
        self._fault("reset", times=times, **matching)

    def drop_reply(self, *, times: int = 1, **matching: Any) -> None:
        """Let the effect happen and lose the reply."""
        self._fault("drop_reply", times=times, **matching)

    def clear_faults(self) -> None:
        self._http.delete("/faults").raise_for_status()

    def advance(self, seconds: float) -> datetime:
        """Move the sandbox's clock; answers its new time."""
        return datetime.fromisoformat(self._post("/clock", {"advance_s": seconds})["now"])

    def now(self) -> datetime:
        return datetime.fromisoformat(self._get("/clock")["now"])

    def settings(self, **values: Any) -> dict[str, Any]:
        """Set the given ones; answers all."""
        return self._post("/settings", values)

    def change(self, connector: str, kind: str, key: str, **fields: Any) -> dict[str, Any]:
        """Change a record behind everybody's back; answers it as stored."""
        return self._post("/change", {"connector": connector, "kind": kind, "key": key, "fields": fields})

    def send_events(self, connector: str, *, url: str, secret: str = "", **trouble: Any) -> None:
        """Let a connector's events go to this address from here on; "" stops them.

        trouble: copies=2 sends each twice; delay_s=1 lets each wait; newest_first=True lets them wait for the
        last one of them and sends them in reverse.
        """
        self._post("/events", {"connector": connector, "url": url, "secret": secret, **trouble})

    def add(self, connector: str, kind: str, key: str, *, owner: str = "", **fields: Any) -> dict[str, Any]:
        """Put a record in that no call makes, or not without others; answers it as stored."""
        what = {"connector": connector, "kind": kind, "key": key, "owner": owner, "fields": fields}
        return self._post("/add", what)

    def remove(self, connector: str, kind: str, key: str) -> None:
        """Take a record out behind everybody's back; what belongs to it stays."""
        self._post("/remove", {"connector": connector, "kind": kind, "key": key})

    def record(self, connector: str, kind: str, key: str) -> dict[str, Any] | None:
        """A record as the sandbox stores it, None when there is none."""
        return self._get("/record", connector=connector, kind=kind, key=key)

    def effects(
        self, *, since: int = 0, operation: str = "", took: bool | None = None
    ) -> list[dict[str, Any]]:
        """The ledger, oldest first: every write that reached a vendor; took=False ones had no effect."""
        lines = self._get("/effects", since=since)["effects"]
        return [
            line for line in lines if operation in ("", line["operation"]) and took in (None, line["took"])
        ]

    def counted(self, what: str) -> int:
        """The most ever counted in one hour or minute: bill.calls, bill.logins, bill.spend, bill.messages."""
        counted = self._get("/counts")["counted"]
        return max((last for name, last in counted.items() if name.startswith(f"{what} ")), default=0)

    def most_at_once(self, connector: str) -> int:
        """The most calls that were under way at the same time, refused ones among them."""
        return self._get("/counts")["most_at_once"].get(connector, 0)

    def stories(self) -> dict[str, Any]:
        """What the seed put where: story name → its facts."""
        return self._get("/stories")

    def _fault(self, kind: str, **fault: Any) -> None:
        self._post("/faults", {"kind": kind, **fault})

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._answer(self._http.post(path, json=body))

    def _get(self, path: str, **parameters: Any) -> Any:
        return self._answer(self._http.get(path, params=parameters))

    def _answer(self, response: httpx.Response) -> Any:
        if response.is_error:
            raise ValueError(f"the sandbox refused: {response.text}")
        return response.json()
