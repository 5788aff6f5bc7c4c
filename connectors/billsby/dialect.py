"""How Billsby speaks HTTP: one key in a header, and answers that are sometimes a bare word."""

from typing import Any

from connectors.dialect import Answer, Dialect, Line, Signed, parse_json
from connectors.errors import NotConfiguredError
from connectors.requests import Request

SUCCESS_WORDS = ("success", "true")


class BillsbyDialect(Dialect):
    title = "Billsby"

    def sign(self, line: Line, request: Request, *, trusted: bool = False) -> Signed:
        key = line.account.credentials.get("api_key", "")
        if not key:
            raise NotConfiguredError("The Billsby connection has no API key.", vendor=self.title)
        if not key.isascii() or not key.isprintable():
            raise NotConfiguredError(
                "The API key of the Billsby connection cannot be one.", vendor=self.title
            )
        return Signed(request, {"ApiKey": key})

    def parse(self, text: str) -> Any:
        """JSON whatever the content type says (charges and refunds come as text/plain), or a success word.

        Whether the word comes quoted is not documented, so both are read.
        """
        if text.strip().lower() in SUCCESS_WORDS:
            return text.strip()
        return parse_json(text)

    def message(self, answer: Answer) -> str:
        """Error bodies are undocumented: `message` and `errors` are read where they are there."""
        try:
            body = parse_json(answer.text)
        except ValueError:
            return ""
        if not isinstance(body, dict):
            return ""
        errors = body.get("errors")
        parts = [body.get("message")]
        if isinstance(errors, list):
            parts += [error.get("message") for error in errors if isinstance(error, dict)]
        texts = [" ".join(part.split()) for part in parts if isinstance(part, str) and part.strip()]
        return " ".join(dict.fromkeys(texts))
