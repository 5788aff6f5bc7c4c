from django.db import migrations

PROPOSAL = {
    "pending": "approved rejected withdrawn expired superseded stale",
    "approved": "executing withdrawn expired stale",
    "executing": "succeeded failed partly_done unknown approved",
    "unknown": "succeeded failed partly_done manual_review",
    "manual_review": "succeeded failed partly_done",
}
ATTEMPT = {"prepared": "sent abandoned", "sent": "answered lost not_sent"}


def fill(apps, schema_editor):
    Move = apps.get_model("approvals", "Move")
    for subject, table in (("proposal", PROPOSAL), ("attempt", ATTEMPT)):
        for from_state, targets in table.items():
            Move.objects.bulk_create(
                Move(subject=subject, from_state=from_state, to_state=to_state) for to_state in targets.split()
            )


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
