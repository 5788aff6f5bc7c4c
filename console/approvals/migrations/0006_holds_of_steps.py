from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [('approvals', '0005_holds')]

    operations = [
        migrations.RunSQL(
            'INSERT INTO approvals_hold (step_id, thing, is_live) SELECT id, hold, is_live FROM approvals_step',
            migrations.RunSQL.noop,
        ),
    ]
