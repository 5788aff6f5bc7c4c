import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('approvals', '0004_stored_files')]

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thing', models.CharField(max_length=300)),
                ('is_live', models.BooleanField(default=True)),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='approvals.step')),
            ],
        ),
    ]
