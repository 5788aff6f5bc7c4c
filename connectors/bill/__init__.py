"""BILL: customers and what they owe, vendors and what is owed to them."""

from connectors.bill.dialect import BillDialect
from connectors.bill.judgements import JUDGES
from connectors.bill.session import TITLE
from connectors.bill.streams import STREAMS, refresh
from connectors.bill.trust import REMEMBERED_DAYS, enter_code, send_code
from connectors.catalogue import catalogue
from connectors.rates import Limit
from connectors.registry import Connector, SecondFactor

CONNECTOR = Connector(
    name="bill",
    title=TITLE,
    catalogue=catalogue("bill"),
    dialect=BillDialect(),
    judges=JUDGES,
    streams=STREAMS,
    refresh=refresh,
    # Below 20,000 calls in any hour: what may come at once, and then an hour of the rest.
    limit=Limit(calls_per_s=5, at_once=1_900),
    second_factor=SecondFactor(send_code, enter_code, remembered_days=REMEMBERED_DAYS),
)
