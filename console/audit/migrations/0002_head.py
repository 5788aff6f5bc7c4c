from django.db import migrations

GENESIS = "0" * 64


def begin(apps, schema_editor):
    apps.get_model("audit", "Head").objects.create(pk=1, seq=0, chain_hash=GENESIS)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_entries")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
