"""What Billsby tells about a record on asking, and the mirror does not keep."""

from connectors.errors import NotFoundError
from connectors.judging import Read

ADDRESS = ("addressLine1", "addressLine2", "postCode", "city", "state", "country")


def shipping_address(read: Read, unique_id: str) -> str:
    """Of a subscription, on one line; "" where there is none."""
    try:
        raw = read("billsby_get_shipping_address", {"subscriptionUniqueId": unique_id})
    except NotFoundError:
        return ""
    return ", ".join(raw[name] for name in ADDRESS if raw.get(name))
