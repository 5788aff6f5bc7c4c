"""BILL: customers and what they owe, vendors and what is owed to them."""

from connectors.bill import plain
from connectors.bill.dialect import BillDialect
from connectors.bill.judgements import JUDGES
from connectors.bill.refreshing import refresh, refresh_several
from connectors.bill.session import TITLE
from connectors.bill.streams import STREAMS
from connectors.bill.trust import REMEMBERED_DAYS, enter_code, send_code
from connectors.bill.webhooks import WEBHOOKS
from connectors.catalogue import catalogue
from connectors.rates import Limit
from connectors.registry import Access, Connector, Given, SecondFactor

CONNECTOR = Connector(
    name="bill",
    title=TITLE,
    catalogue=catalogue("bill"),
    dialect=BillDialect(),
    judges=JUDGES,
    streams=(*STREAMS, *plain.STREAMS),
    refresh=refresh,
    refresh_several=refresh_several,
    kinds_of=plain.KINDS_OF,
    # Below 20,000 calls in any hour: what may come at once, and then an hour of the rest.
    limit=Limit(calls_per_s=5, at_once=1_900),
    access=Access(
        base_url="https://gateway.prod.bill.com",
        bases={"v2": "https://api.bill.com"},
        given=(
            Given("organization_id", "Organization", "Its id, which begins with 008.", is_secret=False),
            Given("username", "User name", "Of a user of BILL who is no administrator, or of a sync token."),
            Given("password", "Password", "Or the sync token's value."),
            Given("dev_key", "Developer key", "Production and sandbox have different ones."),
            Given("spend_token", "Spend & Expense token", "For budgets and cards only."),
            Given("client_id", "OAuth client", "Instead of user name and key; it does not do for webhooks."),
            Given("client_secret", "OAuth secret"),
        ),
        trial="bill_list_customers",
    ),
    webhooks=WEBHOOKS,
    second_factor=SecondFactor(send_code, enter_code, remembered_days=REMEMBERED_DAYS),
)
