"""The dozen operations that every request shows are those that this workspace uses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agent.models import CommonTools, Message, ToolCall
from agent.threads import append_message
from agent.tools.usage import AT_FIRST, DOZEN, common_tools, most_used


@pytest.fixture
def called(conversation):
    """called(name, days_ago=) stores a call of the tool that was answered then."""

    def store(name: str, *, days_ago: int) -> None:
        message = append_message(conversation.pk, Message.Role.ASSISTANT, "")
        at = timezone.now() - timedelta(days=days_ago)
        ToolCall.objects.create(
            message=message, position=0, call_id="1", name=name, arguments="{}", state="done", started_at=at
        )

    return store


def test_a_new_workspace_has_a_dozen_of_its_own(committed_db):
    assert most_used(timezone.localdate()) == list(AT_FIRST)
    assert len(AT_FIRST) == DOZEN


def test_what_was_called_most_comes_first(called):
    for name in ("bill_list_jobs", "bill_void_payment", "bill_list_jobs"):
        called(name, days_ago=2)
    assert most_used(timezone.localdate())[:3] == ["bill_list_jobs", "bill_void_payment", AT_FIRST[0]]


def test_what_was_called_today_or_long_ago_does_not_count(called):
    called("bill_list_jobs", days_ago=0)
    called("bill_list_jobs", days_ago=92)
    called("query_records", days_ago=2)
    assert most_used(timezone.localdate()) == list(AT_FIRST)


def test_the_dozen_stays_all_day(called):
    before = common_tools()
    called("bill_list_jobs", days_ago=2)
    assert common_tools() == before
    CommonTools.objects.update(day=timezone.localdate() - timedelta(days=1))
    assert "bill_list_jobs" in common_tools()
