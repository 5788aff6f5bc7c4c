from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('origin', models.CharField(max_length=120)),
                ('size', models.BigIntegerField()),
                ('chain_hash', models.CharField(max_length=64)),
                ('time', models.CharField(max_length=27)),
                ('previous_checkpoint_hash', models.CharField(max_length=64, unique=True)),
                ('key_id', models.CharField(max_length=16)),
                ('public_key', models.CharField(max_length=64)),
                ('signature', models.CharField(max_length=128)),
                ('checkpoint_hash', models.CharField(max_length=64, unique=True)),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                ('event_id', models.CharField(max_length=36, unique=True)),
                ('schema_version', models.PositiveSmallIntegerField()),
                ('occurred_at_text', models.CharField(db_column='occurred_at', db_index=True, max_length=27)),
                ('recorded_at_text', models.CharField(db_column='recorded_at', max_length=27)),
                ('actor_kind', models.CharField(choices=[('human', 'Human'), ('agent', 'Agent'), ('worker', 'Worker'), ('vendor', 'Vendor'), ('system', 'System')], max_length=10)),
                ('actor_id', models.CharField(max_length=64)),
                ('actor_label', models.TextField()),
                ('on_behalf_of_id', models.CharField(max_length=64)),
                ('on_behalf_of', models.TextField()),
                ('auth_strength', models.CharField(max_length=40)),
                ('session_ref', models.CharField(max_length=64)),
                ('source_ip', models.CharField(max_length=64)),
                ('action', models.CharField(max_length=80)),
                ('summary', models.TextField()),
                ('object_kind', models.CharField(max_length=80)),
                ('object_id', models.CharField(max_length=255)),
                ('vendor', models.CharField(max_length=80)),
                ('vendor_object_id', models.CharField(max_length=255)),
                ('proposal_id', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=128)),
                ('decision_ids_json', models.TextField(db_column='decision_ids')),
                ('attempt_id', models.CharField(max_length=64)),
                ('outcome', models.TextField()),
                ('reason', models.TextField()),
                ('before_json', models.TextField()),
                ('after_json', models.TextField()),
                ('money_amount', models.CharField(max_length=64)),
                ('money_currency', models.CharField(max_length=40)),
                ('money_direction', models.CharField(max_length=10)),
                ('trace_id', models.CharField(max_length=64)),
                ('personal_json', models.TextField(db_column='personal')),
                ('prev_hash', models.CharField(max_length=64)),
                ('leaf_hash', models.CharField(max_length=64, unique=True)),
                ('chain_hash', models.CharField(max_length=64, unique=True)),
            ],
            options={
                'ordering': ['-seq'],
                'permissions': [('read', 'Can read the audit log'), ('export', 'Can export the audit log')],
                'default_permissions': (),
                'indexes': [models.Index(fields=['action', 'seq'], name='audit_by_action'), models.Index(fields=['object_kind', 'object_id', 'seq'], name='audit_by_object'), models.Index(fields=['proposal_id', 'seq'], name='audit_by_proposal'), models.Index(fields=['trace_id'], name='audit_by_trace')],
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.BigIntegerField()),
                ('chain_hash', models.CharField(max_length=64)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='audit_one_head')],
            },
        ),
        migrations.CreateModel(
            name='PersonalDatum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry_seq', models.BigIntegerField()),
                ('name', models.CharField(max_length=80)),
                ('salt', models.CharField(max_length=64)),
                ('value', models.TextField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('entry_seq', 'name'), name='audit_one_datum_per_name')],
            },
        ),
    ]
