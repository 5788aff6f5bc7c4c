"""What the database itself refuses, on PostgreSQL and SQLite alike.

SQLite loses a table's triggers when a migration rebuilds it, so they are laid again after every migration
(`post_migrate`) and looked for in /healthz.
"""

from console.audit import triggers
from console.audit.triggers import Guard

PROPOSAL, STEP, DECISION, ATTEMPT = (
    f"approvals_{name}" for name in ("proposal", "step", "decision", "attempt")
)
SETTLEMENT, MOVE, FILE, HOLD = (f"approvals_{name}" for name in ("settlement", "move", "storedfile", "hold"))


def _changed(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns) + ")"


def _fixed(table: str, *columns: str) -> Guard:
    name = f"{table}_content_fixed"
    return Guard(
        name, table, f"UPDATE OF {', '.join(columns)}", f"{table}: content is final", _changed(*columns)
    )


def _kept(table: str) -> Guard:
    return Guard(f"{table}_never_deleted", table, "DELETE", f"{table}: rows are never deleted")


def _moves(table: str, subject: str, column: str) -> Guard:
    condition = (
        f"NEW.{column} <> OLD.{column} AND NOT EXISTS (SELECT 1 FROM {MOVE} m WHERE m.subject = '{subject}' "
        f"AND m.from_state = OLD.{column} AND m.to_state = NEW.{column})"
    )
    return Guard(f"{table}_moves", table, f"UPDATE OF {column}", f"{table}: no such move", condition)


_PROPOSAL_OF_STEP = f"(SELECT s.proposal_id FROM {STEP} s WHERE s.id = NEW.step_id)"
_IS_EXECUTING = (
    f"EXISTS (SELECT 1 FROM {PROPOSAL} p WHERE p.id = {_PROPOSAL_OF_STEP} AND p.status = 'executing')"
)

_ENDED = "('succeeded','failed','partly_done','rejected','withdrawn','expired','superseded','stale')"

FIXED = {
    PROPOSAL: (
        "connection_id",
        "digest",
        "canonical",
        "sentence",
        "summary",
        "card",
        "effects",
        "amount_minor",
        "currency",
        "direction",
        "reason",
        "requester_id",
        "proposer_kind",
        "origin_kind",
        "origin_id",
        "origin_told",
        "policy",
        "needed_approvals",
        "supersedes_id",
        "created_at",
        "expires_at",
        "trace_id",
    ),
    STEP: (
        "proposal_id",
        "position",
        "operation",
        "arguments",
        "method",
        "path",
        "query",
        "content_type",
        "body",
        "refs",
        "record_kind",
        "record_key",
        "before",
        "card",
    ),
    HOLD: ("step_id", "thing"),
    DECISION: ("proposal_id", "digest", "requester_id", "approver_id", "verdict", "reason", "decided_at"),
    ATTEMPT: ("step_id", "number", "request", "request_digest", "arguments", "before", "prepared_at"),
    SETTLEMENT: ("proposal_id", "person_id", "finding", "evidence", "found_at"),
    MOVE: ("subject", "from_state", "to_state"),
    FILE: ("name", "content_type", "sha256", "size", "content", "uploaded_by_id", "uploaded_at"),
}

GUARDS = (
    _moves(PROPOSAL, "proposal", "status"),
    _moves(ATTEMPT, "attempt", "state"),
    *(_fixed(table, *columns) for table, columns in FIXED.items()),
    *(_kept(table) for table in (PROPOSAL, STEP, HOLD, DECISION, ATTEMPT, SETTLEMENT, MOVE, FILE)),
    Guard(
        "proposal_starts_pending", PROPOSAL, "INSERT", "a proposal starts pending", "NEW.status <> 'pending'"
    ),
    Guard(
        "proposal_approved_by_people",
        PROPOSAL,
        "UPDATE OF status",
        "too few people approved this content",
        "NEW.status = 'approved' AND OLD.status = 'pending' AND (SELECT COUNT(*) FROM approvals_decision d "
        "WHERE d.proposal_id = NEW.id AND d.digest = NEW.digest AND d.verdict = 'approve') "
        "< NEW.needed_approvals",
    ),
    Guard(
        "proposal_released_unsent",
        PROPOSAL,
        "UPDATE OF status",
        "nothing moves back once it was sent",
        "NEW.status = 'approved' AND OLD.status = 'executing' AND EXISTS (SELECT 1 FROM approvals_attempt a "
        "JOIN approvals_step s ON s.id = a.step_id WHERE s.proposal_id = NEW.id "
        "AND a.state IN ('sent', 'answered', 'lost'))",
    ),
    Guard(
        "decision_fits_its_proposal",
        DECISION,
        "INSERT",
        "a decision fits one pending content and its requester",
        f"NOT EXISTS (SELECT 1 FROM {PROPOSAL} p WHERE p.id = NEW.proposal_id AND p.digest = NEW.digest "
        "AND p.requester_id = NEW.requester_id AND p.status = 'pending')",
    ),
    Guard(
        "attempt_needs_a_claim",
        ATTEMPT,
        "INSERT",
        "an attempt starts prepared, under a claim",
        f"NEW.state <> 'prepared' OR NOT {_IS_EXECUTING}",
    ),
    Guard(
        "attempt_in_order",
        ATTEMPT,
        "INSERT",
        "a step waits until the ones before it are confirmed",
        f"EXISTS (SELECT 1 FROM {STEP} s JOIN {STEP} e ON e.proposal_id = s.proposal_id "
        "AND e.position < s.position AND e.status <> 'confirmed' WHERE s.id = NEW.step_id)",
    ),
    Guard(
        "attempt_sent_under_claim",
        ATTEMPT,
        "UPDATE OF state",
        "only a claimed proposal is sent",
        f"NEW.state = 'sent' AND OLD.state = 'prepared' AND NOT {_IS_EXECUTING}",
    ),
    Guard(
        "hold_lasts",
        HOLD,
        "UPDATE OF is_live",
        "what a proposal holds is let go when it has ended, and not taken again",
        f"NEW.is_live OR EXISTS (SELECT 1 FROM {STEP} s JOIN {PROPOSAL} p ON p.id = s.proposal_id "
        f"WHERE s.id = NEW.step_id AND p.status NOT IN {_ENDED})",
    ),
    Guard(
        "settlement_when_unknown",
        SETTLEMENT,
        "INSERT",
        "only an open question is settled, and not by whoever asked",
        f"NOT EXISTS (SELECT 1 FROM {PROPOSAL} p WHERE p.id = NEW.proposal_id AND p.status = 'manual_review' "
        "AND p.requester_id <> NEW.person_id)",
    ),
)

# A proposal that ended lets go of what it held, so that a new one can be made.
_RELEASE = (
    f"UPDATE {HOLD} SET is_live = FALSE WHERE step_id IN (SELECT id FROM {STEP} WHERE proposal_id = NEW.id)"
)
RELEASE = {
    "sqlite": f"CREATE TRIGGER proposal_releases AFTER UPDATE OF status ON {PROPOSAL} "
    f"WHEN NEW.status IN {_ENDED} BEGIN {_RELEASE}; END",
    "postgresql": "CREATE OR REPLACE FUNCTION proposal_releases() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN {_RELEASE}; RETURN NULL; END $$; "
    f"CREATE OR REPLACE TRIGGER proposal_releases AFTER UPDATE OF status ON {PROPOSAL} FOR EACH ROW "
    f"WHEN (NEW.status IN {_ENDED}) EXECUTE FUNCTION proposal_releases()",
}


def statements() -> dict[str, dict[str, str]]:
    """Trigger name to SQL, by engine."""
    engines = {engine: {g.name: getattr(g, engine) for g in GUARDS} for engine in ("sqlite", "postgresql")}
    for engine, sql in RELEASE.items():
        engines[engine]["proposal_releases"] = sql
    return engines


def install(**kwargs: object) -> None:
    triggers.install(statements())


def lift(*, plan: list, **kwargs: object) -> None:
    triggers.lift(statements(), plan=plan)


def missing_triggers() -> list[str]:
    return triggers.missing(statements())
