"""BILL as a client sees it, over HTTP, for the sandbox's own tests; and accounts for the connector's."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from connectors.catalogue import find_operation
from connectors.transport import Account, Client, Patience, read

ORGANIZATION = "00801HALDEN000000000"
LOGIN = {
    "username": "console@halden.example",
    "password": "sandbox",
    "organizationId": ORGANIZATION,
    "devKey": "sandbox-dev-key",
}
SPEND_TOKEN = "sandbox-spend-token"
ADDRESS = {"line1": "1 Pier Road", "city": "Oakland", "zipOrPostalCode": "94607", "country": "US"}
NO_WAIT = Patience(tries=3, first_s=0.01, cap_s=0.05, total_s=2.0)


class BillAccount:
    def __init__(self, sandbox_url: str) -> None:
        self.http = httpx.Client(base_url=f"{sandbox_url}/bill", timeout=10)
        self.session_id = self.log_in().json()["sessionId"]

    def log_in(self, **changes: Any) -> httpx.Response:
        return self.http.post("/connect/v3/login", json=LOGIN | changes)

    @property
    def headers(self) -> dict[str, str]:
        return {"devKey": LOGIN["devKey"], "sessionId": self.session_id}

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(f"/connect/v3{path}", params=query, headers=self.headers)

    def read(self, path: str, **query: Any) -> Any:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def rows(self, path: str, **query: Any) -> list[dict[str, Any]]:
        return self.read(path, **{"max": 100} | query)["results"]

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return self.http.post(f"/connect/v3{path}", json=body, headers=self.headers)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return self.http.request(method, f"/connect/v3{path}", json=body, params=query, headers=self.headers)

    def v2(self, operation: str, data: Any, **fields: str) -> Any:
        """The envelope of a v2 answer, which is HTTP 200 whatever happened."""
        form = {**self.headers, "data": json.dumps(data)} | fields
        response = self.http.post(f"/api/v2/{operation}.json", data=form)
        assert response.status_code == 200, response.text
        return response.json()

    def close(self) -> None:
        self.http.close()


def make_client(sandbox_url: str, **credentials: str) -> Client:
    given = {
        "username": LOGIN["username"],
        "password": LOGIN["password"],
        "dev_key": LOGIN["devKey"],
        "spend_token": SPEND_TOKEN,
        "remember_me_id": "sandbox-remember-me",
        "device": "countersign-demo",
    }
    injected = {"organization_id": credentials.pop("organization_id", LOGIN["organizationId"])}
    account = Account("bill", "BILL", f"{sandbox_url}/bill", given | credentials, injected)
    return Client(account, timeout_s=5.0, patience=NO_WAIT)


def reader(client: Client) -> Any:
    def read_named(name: str, arguments: Mapping[str, Any]) -> Any:
        return read(client, find_operation(name), arguments).data

    return read_named


def invoice_body(customer_id: str, **changes: Any) -> dict[str, Any]:
    lines = [{"description": "Setup", "quantity": 3, "price": 12.35}, {"quantity": 1, "price": 0.10}]
    return {"customer": {"id": customer_id}, "invoiceLineItems": lines} | changes
