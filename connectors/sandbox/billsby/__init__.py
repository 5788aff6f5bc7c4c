"""Billsby's public interface, served locally and truthfully."""

from connectors.sandbox.billsby.choices import DEFAULTS
from connectors.sandbox.billsby.filling import fill
from connectors.sandbox.billsby.routes import routes
from connectors.sandbox.billsby.seed import seed
from connectors.sandbox.billsby.webhooks import WEBHOOKS

__all__ = ["DEFAULTS", "WEBHOOKS", "fill", "routes", "seed"]
