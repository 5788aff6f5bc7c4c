"""Billsby: customers, subscriptions, invoices and what finance staff do to them."""

from connectors.billsby.dialect import BillsbyDialect
from connectors.billsby.judgements import JUDGES
from connectors.billsby.streams import STREAMS, refresh
from connectors.billsby.webhooks import WEBHOOKS
from connectors.catalogue import catalogue
from connectors.rates import Limit
from connectors.registry import Access, Connector, Given

CONNECTOR = Connector(
    name="billsby",
    title="Billsby",
    catalogue=catalogue("billsby"),
    dialect=BillsbyDialect(),
    judges=JUDGES,
    streams=STREAMS,
    refresh=refresh,
    # Billsby tells no limit; a connection may carry its own.
    limit=Limit(calls_per_s=10, at_once=4),
    access=Access(
        base_url="https://public.billsby.com",
        given=(
            Given("companyDomain", "Company domain", "The first part of its address.", is_secret=False),
            Given("api_key", "API key", "In Billsby under Settings, API keys."),
        ),
        trial="billsby_list_products",
    ),
    webhooks=WEBHOOKS,
)
