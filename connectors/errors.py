"""What can go wrong with a vendor, sorted by what the caller does next."""

from collections.abc import Iterable
from datetime import datetime


class VendorError(Exception):
    """A vendor call that did not give what was asked; str() is a sentence fit for staff."""

    def __init__(
        self,
        sentence: str,
        *,
        vendor: str = "",
        status: int | None = None,
        request_id: str = "",
        code: str = "",
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.vendor = vendor
        self.status = status
        self.request_id = request_id
        self.code = code


class NotConfiguredError(VendorError):
    """The connection lacks something it needs; a person must fill it in."""


class NotTrustedError(NotConfiguredError):
    """It needs a session that passed a second factor, and a person must give the factor."""


class NotSentError(VendorError):
    """Proven not processed by the vendor: repeat freely."""


class RateLimitedError(NotSentError):
    """Refused for its rate, unprocessed; `until` is when the vendor takes calls again, where it says so."""

    def __init__(
        self,
        sentence: str,
        *,
        retry_after_s: float | None = None,
        until: datetime | None = None,
        vendor: str = "",
        status: int | None = None,
        request_id: str = "",
        code: str = "",
    ) -> None:
        super().__init__(sentence, vendor=vendor, status=status, request_id=request_id, code=code)
        self.retry_after_s = retry_after_s
        self.until = until


class SessionExpiredError(NotSentError):
    """The vendor no longer knows our session; the next call signs in again."""


class OutcomeUnknownError(VendorError):
    """Sent, and no usable answer came: look at the vendor before anything is repeated."""


class VendorDownError(VendorError):
    """A read that kept failing until its patience ran out."""


class RefusedError(VendorError):
    """A definite no; the same request will be refused again."""


class NotFoundError(RefusedError):
    """The vendor has no such record."""


class BadReplyError(VendorError):
    """A read was answered in a form our mapping does not know; `field` is the value at fault, if one is."""

    def __init__(
        self,
        sentence: str,
        *,
        field: str = "",
        vendor: str = "",
        status: int | None = None,
        request_id: str = "",
        code: str = "",
    ) -> None:
        super().__init__(sentence, vendor=vendor, status=status, request_id=request_id, code=code)
        self.field = field


class ArgumentsError(ValueError):
    """Arguments an operation cannot take; `problems` are sentences for staff and for the model."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))
