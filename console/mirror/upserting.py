"""Many rows in one statement, none of them over a newer one."""

from collections.abc import Iterable, Sequence

from django.db import connections, router
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from console.mirror.models import Record

KEY = ("connection", "vendor_id")


def upsert_newer(model: type[Record], rows: Sequence[Record], *, fields: Iterable[str]) -> int:
    """Insert rows, or update these fields where one is there already and was read no later.

    Django's `bulk_create` writes the same statement without its last condition; a row that somebody else
    inserts between our look and our writing is not locked, and could be older or newer. Returns how many rows
    were written.
    """
    if not rows:
        return 0
    using = router.db_for_write(model)
    columns = [field for field in model._meta.concrete_fields if not field.primary_key]
    query = InsertQuery(
        model,
        on_conflict=OnConflict.UPDATE,
        update_fields=[model._meta.get_field(name) for name in sorted(fields)],
        unique_fields=[model._meta.get_field(name) for name in KEY],
    )
    query.insert_values(columns, rows, raw=True)  # no column is filled as it is saved
    ((statement, values),) = query.get_compiler(using).as_sql()
    quote = connections[using].ops.quote_name
    read_at = f"{quote(model._meta.db_table)}.{quote('fetched_at')}"
    with connections[using].cursor() as cursor:
        cursor.execute(f"{statement} WHERE {read_at} <= EXCLUDED.{quote('fetched_at')}", values)
        return cursor.rowcount
