"""Billsby as a client sees it, over HTTP, for the sandbox's own tests."""

from typing import Any

import httpx

API_KEY = "halden_" + "0" * 32


class BillsbyAccount:
    def __init__(self, sandbox_url: str) -> None:
        self.http = httpx.Client(
            base_url=f"{sandbox_url}/billsby/api/v1/rest", headers={"ApiKey": API_KEY}, timeout=10
        )

    def get(self, path: str, *, base: str = "core", **query: Any) -> httpx.Response:
        return self.http.get(f"/{base}{path}", params=query)

    def read(self, path: str, *, base: str = "core", **query: Any) -> Any:
        response = self.get(path, base=base, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def send(
        self, method: str, path: str, body: Any = None, *, base: str = "core", **query: Any
    ) -> httpx.Response:
        return self.http.request(method, f"/{base}{path}", json=body, params=query)

    def invoice(self, number: str) -> dict[str, Any]:
        return self.read(f"/invoices/{number}")

    def customer(self, unique: str) -> dict[str, Any]:
        return self.read(f"/halden/customers/{unique}")

    def customer_invoices(self, unique: str) -> list[dict[str, Any]]:
        return self.read(f"/halden/customers/{unique}/invoices")

    def retry(self, number: str) -> httpx.Response:
        return self.send("PUT", f"/halden/invoices/{number}/Payment")

    def refund(self, unique: str, number: str, amount: Any) -> httpx.Response:
        body = {"invoiceNumber": number, "amount": amount}
        return self.send("POST", f"/halden/customers/{unique}/refunds", body)

    def charge(self, unique: str, amount: int, currency: str = "USD") -> httpx.Response:
        body = {"currencyCode": currency, "amount": amount, "description": "Set-up work"}
        return self.send("POST", f"/halden/customers/{unique}/invoices", body)

    def cancel(self, subscription: str, customer: str) -> httpx.Response:
        return self.send("DELETE", f"/halden/subscriptions/{subscription}", customerUniqueId=customer)

    def close(self) -> None:
        self.http.close()
