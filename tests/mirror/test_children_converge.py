"""Whatever happens to subscriptions' tags while they are asked one by one, the mirror gets there."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.registry import connector
from console.mirror import visits
from console.mirror.models import Subscription, Sync, Tag, Visit
from console.mirror.refresh import refresh_record
from console.mirror.sync import begin, read_stream, sync_connection
from tests.mirror.test_mirror_converges import Killed, nothing

pytestmark = pytest.mark.django_db

TOGETHER = 3
NAMES = ("water", "wine", "early bird")
(TAGS,) = (stream for stream in connector("billsby").streams if stream.kind == "tag")

# What happens at one moment, to which subscription and tag, and whether the walk dies of it.
DEEDS = st.tuples(
    st.sampled_from(["tag", "untag", "tag_and_read", "untag_and_read", "suspend", "remove", "list"]),
    st.integers(0, 30),
    st.sampled_from(NAMES),
)
MOMENTS = st.lists(st.tuples(st.lists(DEEDS, max_size=3), st.booleans()), max_size=14)


class Vendor:
    """The subscriptions of the sandbox, and which tags of its own each should have."""

    def __init__(self, sandbox, connection) -> None:
        self.sandbox = sandbox
        self.connection = connection
        self.tags = {
            unique: set(sandbox.record("billsby", "subscription", unique)["tags"])
            for unique in Subscription.objects.values_list("vendor_id", flat=True)
        }
        self.just_read: dict[str, set[str]] = {}

    def do(self, deed: str, which: int, name: str) -> None:
        if deed == "list":
            sync_connection(self.connection, kind="subscription")
            return
        unique = sorted(self.tags)[which % len(self.tags)]
        self.just_read.pop(unique, None)
        if deed == "suspend":
            self.sandbox.change("billsby", "subscription", unique, status="Suspended")
        elif deed == "remove" and len(self.tags) > 1:
            self.sandbox.remove("billsby", "subscription", unique)
            del self.tags[unique]
        elif "tag" in deed:
            self.retag(unique, self.tags[unique] - {name} if "untag" in deed else self.tags[unique] | {name})
        if deed.endswith("and_read"):
            refresh_record(self.connection, "subscription", unique)
            self.just_read[unique] = set(self.tags[unique])

    def retag(self, unique: str, tags: set[str]) -> None:
        self.sandbox.change("billsby", "subscription", unique, tags=sorted(tags))
        self.tags[unique] = tags


def mirrored() -> dict[str, set[str]]:
    held = {unique: set() for unique in Subscription.objects.values_list("vendor_id", flat=True)}
    for unique, name in Tag.objects.filter(is_of_plan=False).values_list("subscription_vendor_id", "name"):
        held.setdefault(unique, set()).add(name)
    return held


def walk(connection, happen: Callable[[], None], on_page: Callable[[Sync], None]) -> Sync:
    """One walk to its end, however often it dies; `happen` comes with each answer, before it is kept."""

    def rows(*answer):
        happen()
        return TAGS.rows(*answer)

    while True:
        run = begin(connection, "tag")
        try:
            read_stream(run, replace(TAGS, rows=rows, together=TOGETHER), on_page)
        except Killed:
            long_ago = timezone.now() - 2 * Sync.QUIET_FOR
            Sync.objects.filter(pk=run.pk).update(reported_at=long_ago)
            continue
        return run


@pytest.mark.timeout(600)  # making a failure small takes minutes
@settings(
    max_examples=30, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moments=MOMENTS)
def test_tags_equal_the_vendors_a_day_after_it_is_quiet(connected, sandbox, moments):
    connection = connected["billsby"]
    sandbox.reset(customers=0)
    left, overwritten = iter(moments), []

    with transaction.atomic():
        sync_connection(connection, kind="subscription")
        vendor = Vendor(sandbox, connection)

        def happen() -> None:
            deeds, kills = next(left, ([], False))
            for deed, which, name in deeds:
                vendor.do(deed, which, name)
            if kills:
                raise Killed

        def on_page(run: Sync) -> None:
            now = mirrored()
            overwritten.extend(key for key, told in vendor.just_read.items() if now.get(key) != told)
            vendor.just_read.clear()

        runs = [walk(connection, happen, on_page)]
        for _ in range(2):
            sync_connection(connection, kind="subscription")
        Visit.objects.update(at=timezone.now() - visits.AGAIN_AFTER)
        runs.append(walk(connection, nothing, nothing))
        assert {run.state for run in runs} == {Sync.State.DONE}
        assert mirrored() == vendor.tags
        assert not overwritten
        transaction.set_rollback(True)
