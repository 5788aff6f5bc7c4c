"""How often a vendor account is asked, counted for all processes together, in the database they share.

A token bucket kept as one moment: until when the calls made so far have used up the account's pace. A call
takes its part by one conditional statement; calls of lower priority may run less far ahead of the clock, so
that there is always room for those above them.
"""

from dataclasses import replace

from django.db.models import F, FloatField, Func, Value
from django.db.models.functions import Greatest

from connectors.rates import Budget, Limit, Priority
from connectors.registry import connector
from console.connections.models import CallBudget, Connection

SHORTEST_WAIT_S = 0.002


class Clock(Func):
    """The database's clock in seconds: processes on several machines have one time only there."""

    output_field = FloatField()

    def as_sqlite(self, *args, **kwargs):
        return "((julianday('now') - 2440587.5) * 86400.0)", []

    def as_postgresql(self, *args, **kwargs):
        return "EXTRACT(EPOCH FROM clock_timestamp())::double precision", []


def limit_of(connection: Connection) -> Limit:
    usual = connector(connection.connector).limit
    return replace(usual, calls_per_s=connection.calls_per_s) if connection.calls_per_s else usual


def budget(connection_id: int, limit: Limit) -> Budget:
    call_s = 1 / limit.calls_per_s

    def take(priority: Priority) -> float:
        ahead_s = limit.room_s(priority) - call_s
        row = CallBudget.objects.filter(connection_id=connection_id)
        fits = row.filter(used_until__lte=Clock() + Value(ahead_s))
        if fits.update(used_until=Greatest(F("used_until"), Clock()) + Value(call_s)):
            return 0.0
        too_far_s = row.values_list(F("used_until") - Clock() - Value(ahead_s), flat=True).first()
        if too_far_s is None:  # the account's first call
            CallBudget.objects.bulk_create([CallBudget(connection_id=connection_id)], ignore_conflicts=True)
            return SHORTEST_WAIT_S
        return max(too_far_s, SHORTEST_WAIT_S)

    return take
