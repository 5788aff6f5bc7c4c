"""How often a vendor is asked, counted for all processes together, in the database they share.

A token bucket kept as one moment: until when the calls made so far have used up a pace. A call takes its part
by one conditional statement; calls of lower priority may run less far ahead of the clock, so that there is
always room for those above them.

The statements are written out: they stand before every call to a vendor, and the ORM takes twenty times as
long to write one as SQLite takes to carry it out.
"""

from dataclasses import replace

from django.db import connection as database

from connectors.rates import Limit, Pace, Priority
from connectors.registry import connector
from console.connections.models import CallBudget, Connection

SHORTEST_WAIT_S = 0.002
AT_ONCE_S = 0.05  # an account with a pace of its own may be asked so much of it at once
# The database's clock in seconds: processes on several machines have one time only there.
CLOCK = {
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
    "postgresql": "EXTRACT(EPOCH FROM clock_timestamp())::double precision",
}
LATER = {"sqlite": "max", "postgresql": "greatest"}
TABLE = CallBudget._meta.db_table


def limit_of(connection: Connection) -> Limit:
    usual, own = connector(connection.connector).limit, connection.calls_per_s
    return replace(usual, calls_per_s=own, at_once=max(usual.at_once, own * AT_ONCE_S)) if own else usual


def take(pace: Pace, priority: Priority, *, calls: int = 1) -> float:
    """Take so many calls and answer 0, or take none and answer after how many seconds to ask again."""
    clock, later = CLOCK[database.vendor], LATER[database.vendor]
    call_s = calls / pace.limit.calls_per_s
    ahead_s = pace.limit.room_s(priority) - call_s
    with database.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET used_until = {later}(used_until, {clock}) + %s"
            f" WHERE name = %s AND used_until <= {clock} + %s",
            [call_s, pace.name, ahead_s],
        )
        if cursor.rowcount:
            return 0.0
        cursor.execute(f"SELECT used_until - {clock} FROM {TABLE} WHERE name = %s", [pace.name])
        found = cursor.fetchone()
    if found is None:  # the first call under this name
        CallBudget.objects.bulk_create([CallBudget(name=pace.name)], ignore_conflicts=True)
        return SHORTEST_WAIT_S
    return max(found[0] - ahead_s, SHORTEST_WAIT_S)
