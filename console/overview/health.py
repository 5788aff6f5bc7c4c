"""What /healthz looks at. Each check returns sentences that say what is wrong; none means it is well."""

from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

import console.approvals.guards
import console.audit.guards
from console.approvals.models import Proposal

OVERDUE_AFTER = timedelta(minutes=2)


def database() -> list[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return ["The database does not answer."]
    return []


def migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration} is not applied." for migration, _ in plan]


def triggers() -> list[str]:
    missing = [*console.audit.guards.missing_triggers(), *console.approvals.guards.missing_triggers()]
    return [f"The trigger {name} is missing." for name in missing]


def worker() -> list[str]:
    """Rows whose time came minutes ago show that nobody works them off."""
    overdue = Proposal.objects.filter(due_at__lt=timezone.now() - OVERDUE_AFTER).count()
    noun = "proposal waits" if overdue == 1 else "proposals wait"
    return [f"{overdue} {noun} for a worker."] if overdue else []


CHECKS: tuple[Callable[[], list[str]], ...] = (database, migrations, triggers, worker)


def look() -> dict[str, list[str]]:
    """Every check by name; a check that the database fails is itself a finding."""
    findings = {}
    for check in CHECKS:
        try:
            findings[check.__name__] = check()
        except DatabaseError as error:
            findings[check.__name__] = [f"The database refused the check ({type(error).__name__})."]
    return findings
