"""A local BILL: v3 under /connect/v3 and the older v2 under /api/v2, over the same records."""

from connectors.sandbox.bill.choices import DEFAULTS
from connectors.sandbox.bill.routes import routes
from connectors.sandbox.bill.rules import stamps
from connectors.sandbox.bill.seed import seed
from connectors.sandbox.bill.webhooks import WEBHOOKS

__all__ = ["DEFAULTS", "WEBHOOKS", "routes", "seed", "stamps"]
