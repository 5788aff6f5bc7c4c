from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('approvals', '0006_holds_of_steps')]

    operations = [
        migrations.RemoveConstraint(model_name='step', name='one_live_proposal_per_thing'),
        migrations.RemoveField(model_name='step', name='hold'),
        migrations.RemoveField(model_name='step', name='is_live'),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(
                condition=models.Q(('is_live', True)), fields=('thing',), name='one_live_proposal_per_thing'
            ),
        ),
    ]
