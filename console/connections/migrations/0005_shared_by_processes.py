import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0004_webhooks'),
    ]

    operations = [
        # What it held was how far the calls of the last minutes had run ahead.
        migrations.DeleteModel(name='CallBudget'),
        migrations.CreateModel(
            name='CallBudget',
            fields=[
                ('name', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('used_until', models.FloatField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='CallPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gate', models.CharField(max_length=120)),
                ('number', models.PositiveSmallIntegerField()),
                ('held_until', models.FloatField(default=0)),
                ('holder', models.CharField(blank=True, max_length=32)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('gate', 'number'), name='call_place_once')],
            },
        ),
        migrations.CreateModel(
            name='CallQueue',
            fields=[
                ('gate', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('priority', models.PositiveSmallIntegerField(default=0)),
                ('until', models.FloatField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='VendorSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('credentials', models.CharField(blank=True, max_length=64)),
                ('sealed', models.BinaryField(default=b'')),
                ('mark', models.CharField(blank=True, max_length=64)),
                ('used_at', models.FloatField(default=0)),
                ('idle_s', models.FloatField(default=0)),
                ('ends_at', models.FloatField(default=0)),
                ('refusal', models.CharField(blank=True, max_length=500)),
                ('is_trust_lost', models.BooleanField(default=False)),
                ('refused_until', models.FloatField(default=0)),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connections.connection')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('connection', 'kind'), name='vendor_session_once')],
            },
        ),
        migrations.AddField(
            model_name='connection',
            name='trusted_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
