"""People who may sign in to our BILL organization, and what their role lets them do."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from connectors.bill.judgements.common import Raw
from connectors.bill.judgements.kinds import RecordKind
from connectors.bill.judgements.records import judges
from connectors.bill.judgements.single import CreateRecord, ShelveRecord, UpdateRecord
from connectors.judging import Expectation, Flag, Read, Snapshot

USER = RecordKind(
    "user",
    names=("firstName", "lastName"),
    places={"roleId": ("role", "id"), "acceptTermsOfService": ()},
)
ADMINISTRATOR = "ADMINISTRATOR"


def role_words(role: Raw) -> str:
    return str(role.get("description") or role.get("type") or role["id"])


class WithRole:
    """A card names the role that is asked for; BILL would be asked by an id that tells nobody anything."""

    def with_role(self, read: Read, arguments: Raw, before: Snapshot) -> Snapshot:
        if "roleId" not in arguments:
            return before
        role = read("bill_get_role", {"roleId": arguments["roleId"]})
        asked = {"asked_role": role_words(role), "asked_role_type": role.get("type")}
        return replace(before, fields=before.fields | asked)

    def in_words(self, told: Expectation, before: Snapshot) -> Expectation:
        asked, now = before.fields.get("asked_role"), before.fields.get("role_name")
        changes = (
            replace(change, now=str(now or change.now), after=str(asked))
            if change.field == "Role"
            else change
            for change in told.changes
        )
        return replace(told, changes=tuple(changes))

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        if before.fields.get("asked_role_type") == ADMINISTRATOR:
            detail = "An administrator of BILL may do everything there, payments and other users included."
            yield Flag("high", "Administrator", detail)


class CreateUser(WithRole, CreateRecord):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before = super().look(read, arguments)
        email = arguments["email"].casefold()
        rows = self.kind.rows(read, {})
        same = [self.kind.named(row) for row in rows if str(row.get("email", "")).casefold() == email]
        before = replace(before, fields=before.fields | {"same_email": ", ".join(same)})
        return self.with_role(read, arguments, before)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        told = self.in_words(super().expect(before, arguments), before)
        role = before.fields["asked_role"]
        summary = f"BILL mails {arguments['email']} an invitation to sign in as {role}. No money moves."
        return replace(told, summary=summary, goes_to=arguments["email"])

    def words(self, before: Snapshot) -> Mapping[str, str]:
        return {**super().words(before), "role": str(before.fields["asked_role"])}

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        yield from super().more_flags(before, arguments)
        if same := before.fields["same_email"]:
            yield Flag("caution", "BILL has a user with that e-mail address", str(same))


class UpdateUser(WithRole, UpdateRecord):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before = super().look(read, arguments)
        role = self._record(read, arguments).get("role") or {}
        name = role_words(role) if role else ""
        return self.with_role(read, arguments, replace(before, fields=before.fields | {"role_name": name}))

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        return self.in_words(super().expect(before, arguments), before)


class ArchiveUser(ShelveRecord):
    """Never the one that we sign in as: every later call would fail."""

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before = super().look(read, arguments)
        is_own = read("bill_get_session", {}).get("userId") == before.key
        return replace(before, fields=before.fields | {"is_own": is_own})

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        if before.fields["is_own"]:
            detail = f"This console signs in to BILL as {before.title}."
            yield Flag("blocked", "It would lock us out", detail)


JUDGES = judges(USER) | {
    "create_user": CreateUser(USER, "create"),
    "update_user": UpdateUser(USER, "update"),
    "archive_user": ArchiveUser(USER, "archive"),
}
