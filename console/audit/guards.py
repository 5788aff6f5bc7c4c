"""What the database refuses to do with the log, on both engines.

A database owner can take triggers off: then `audit verify` names them, and the chain and the checkpoints show
what was done meanwhile.
"""

from django.db import connections

from console.audit import triggers
from console.audit.triggers import Guard

ENTRY, HEAD, DATUM, CHECKPOINT = (
    f"audit_{name}" for name in ("entry", "head", "personaldatum", "checkpoint")
)


def _kept(table: str) -> tuple[Guard, ...]:
    return (
        Guard(f"{table}_no_update", table, "UPDATE", f"{table}: rows are never changed"),
        Guard(f"{table}_no_delete", table, "DELETE", f"{table}: rows are never deleted"),
    )


# INSERT OR REPLACE takes rows away without a delete trigger where recursive_triggers is off, so the insert
# guards look for everything that could collide.
GUARDS = (
    *_kept(ENTRY),
    Guard(
        "audit_entry_appends",
        ENTRY,
        "INSERT",
        "audit_entry: an entry follows the last one",
        f"NOT EXISTS (SELECT 1 FROM {HEAD} h WHERE h.seq + 1 = NEW.seq AND h.chain_hash = NEW.prev_hash) "
        f"OR EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.seq = NEW.seq OR e.event_id = NEW.event_id "
        "OR e.leaf_hash = NEW.leaf_hash OR e.chain_hash = NEW.chain_hash)",
    ),
    Guard(
        "audit_head_forward",
        HEAD,
        "UPDATE",
        "audit_head: moves to the next entry and nowhere else",
        f"NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1 OR NOT EXISTS (SELECT 1 FROM {ENTRY} e "
        "WHERE e.seq = NEW.seq AND e.prev_hash = OLD.chain_hash AND e.chain_hash = NEW.chain_hash)",
    ),
    Guard(f"{HEAD}_no_delete", HEAD, "DELETE", "audit_head: is never deleted"),
    Guard("audit_head_single", HEAD, "INSERT", "audit_head: there is one", f"EXISTS (SELECT 1 FROM {HEAD})"),
    Guard(f"{DATUM}_no_update", DATUM, "UPDATE", "audit_personaldatum: may be erased, not changed"),
    Guard(
        f"{DATUM}_appends",
        DATUM,
        "INSERT",
        "audit_personaldatum: belongs to the entry just written",
        f"NOT EXISTS (SELECT 1 FROM {HEAD} h WHERE h.seq = NEW.entry_seq) OR EXISTS (SELECT 1 FROM {DATUM} d "
        "WHERE d.id = NEW.id OR (d.entry_seq = NEW.entry_seq AND d.name = NEW.name))",
    ),
    *_kept(CHECKPOINT),
    Guard(
        f"{CHECKPOINT}_appends",
        CHECKPOINT,
        "INSERT",
        "audit_checkpoint: follows the last one",
        f"EXISTS (SELECT 1 FROM {CHECKPOINT} c WHERE c.id = NEW.id OR c.size > NEW.size "
        "OR c.previous_checkpoint_hash = NEW.previous_checkpoint_hash "
        "OR c.checkpoint_hash = NEW.checkpoint_hash)",
    ),
)
TRUNCATE_GUARDS = tuple(
    Guard(f"{table}_no_truncate", table, "TRUNCATE", f"{table}: is never emptied")
    for table in (ENTRY, HEAD, DATUM, CHECKPOINT)
)


def statements() -> triggers.Statements:
    return {
        "sqlite": {guard.name: guard.sqlite for guard in GUARDS},
        "postgresql": {guard.name: guard.postgresql for guard in (*GUARDS, *TRUNCATE_GUARDS)},
    }


def install(*, using: str = "default", **kwargs: object) -> None:
    """Lay the guards (runs on `post_migrate`, since SQLite loses a table's triggers when it is rebuilt)."""
    if ENTRY in connections[using].introspection.table_names():
        triggers.install(statements(), using=using)


def lift(*, plan: list, using: str = "default", **kwargs: object) -> None:
    """Make way for migrations on SQLite (runs on `pre_migrate`)."""
    triggers.lift(statements(), plan=plan, using=using)


def missing_triggers(*, using: str = "default") -> list[str]:
    """Guards that are absent, switched off or altered."""
    return triggers.missing(statements(), using=using)
