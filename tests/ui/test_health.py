from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

pytestmark = pytest.mark.django_db


def test_a_sound_console_is_well_without_signing_in(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.sqlite  # PostgreSQL drops a trigger with other words
def test_a_missing_trigger_is_told(client):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER approvals_proposal_moves")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "approvals_proposal_moves" in str(answer.json()["checks"]["triggers"])


def test_work_that_nobody_does_is_told(client, pending_proposal):
    type(pending_proposal).objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert client.get("/healthz").json()["checks"]["worker"] == ["1 proposal waits for a worker."]
