"""Signed statements of the chain's length and last hash, so that a rewritten or shortened log can be told."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from console.audit import canonical
from console.audit.models import Checkpoint, Head

EVERY = timedelta(minutes=5)
EVERY_ENTRIES = 500
LAST_LINES_BYTES = 8192  # of the copy: the last line, and what a kill left of the one after it
SIGNED_PREFIX = b"countersign audit checkpoint 1\n"


@dataclass(frozen=True)
class Statement:
    """One checkpoint as it is signed, stored, copied out and exported."""

    origin: str
    size: int
    chain_hash: str
    time: str
    previous_checkpoint_hash: str
    key_id: str
    public_key: str
    signature: str = ""

    def body(self) -> bytes:
        """The signed bytes: everything but the signature, canonical."""
        said = {name: value for name, value in asdict(self).items() if name != "signature"}
        return rfc8785.dumps(said)

    @property
    def hash(self) -> str:
        return hashlib.sha256(b"\x03" + self.body() + self.signature.encode()).hexdigest()

    def own_key(self) -> Ed25519PublicKey | None:
        try:
            return Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
        except ValueError:
            return None

    def is_signed_by(self, key: Ed25519PublicKey | None) -> bool:
        if key is None or self.public_key != key_hex(key) or self.key_id != key_id(key):
            return False
        try:
            key.verify(bytes.fromhex(self.signature), SIGNED_PREFIX + self.body())
        except (InvalidSignature, ValueError):
            return False
        return True


def make_key(path: Path) -> None:
    """Write a new signing key, readable by its owner alone, and its public half beside it as `.pub`."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    path.with_suffix(".pub").write_bytes(public)
    whole = path.with_suffix(".new")  # a kill in between must not leave a key that cannot be read
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(private)
    os.link(whole, path)
    whole.unlink()


def signing_key() -> Ed25519PrivateKey | None:
    """The key of this process; None where it has none, as web processes in production."""
    path = settings.AUDIT_SIGNING_KEY_FILE
    if not path or not os.access(path, os.R_OK):
        return None
    key = serialization.load_pem_private_key(Path(path).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} does not hold an Ed25519 key")
    return key


def trusted_key() -> Ed25519PublicKey | None:
    """The key that checkpoints are checked with: the public key file, else the signing key's own half."""
    if settings.AUDIT_PUBLIC_KEY_FILE:
        return public_key(Path(settings.AUDIT_PUBLIC_KEY_FILE))
    private = signing_key()
    return private.public_key() if private else None


def public_key(path: Path) -> Ed25519PublicKey:
    key = serialization.load_pem_public_key(path.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError(f"{path} does not hold an Ed25519 key")
    return key


def key_hex(key: Ed25519PublicKey) -> str:
    return key.public_bytes_raw().hex()


def key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def make(now: datetime | None = None) -> Checkpoint | None:
    """State where the chain is now, in the database and in the copy outside; None without a signing key."""
    key = signing_key()
    if key is None:
        return None
    with transaction.atomic():
        head = Head.objects.select_for_update().get()
        last = Checkpoint.objects.last()
        said = Statement(
            origin=settings.AUDIT_ORIGIN,
            size=head.seq,
            chain_hash=head.chain_hash,
            time=canonical.time_text(now or timezone.now()),
            previous_checkpoint_hash=last.checkpoint_hash if last else canonical.GENESIS,
            key_id=key_id(key.public_key()),
            public_key=key_hex(key.public_key()),
        )
        signed = Statement(**{**asdict(said), "signature": key.sign(SIGNED_PREFIX + said.body()).hex()})
        checkpoint = Checkpoint.objects.create(**asdict(signed), checkpoint_hash=signed.hash)
    copy_out()
    return checkpoint


def make_if_due(now: datetime | None = None) -> Checkpoint | None:
    """A checkpoint every five minutes, also when nothing happened, and every 500 entries."""
    now = now or timezone.now()
    last = Checkpoint.objects.last()
    is_due = (
        last is None
        or last.time <= canonical.time_text(now - EVERY)
        or Head.objects.get().seq - last.size >= EVERY_ENTRIES
    )
    return make(now) if is_due else None


def copy_out() -> None:
    """Append what the file outside the database lacks; a rewritten database cannot reach it.

    That is more than the newest after a kill or a full disk, which may also have cut the last line short.
    """
    path = settings.AUDIT_CHECKPOINT_COPY
    if not path:
        return
    # Under the head's lock one worker writes at a time, so that lines stand in the order of their rows.
    with transaction.atomic(), open(path, "ab+") as file:
        Head.objects.select_for_update().get()
        file.seek(max(0, file.seek(0, os.SEEK_END) - LAST_LINES_BYTES))
        *lines, cut = file.read().split(b"\n")
        lacking = b"".join(map(_line, _stored_after(lines[-1]) if lines else stored()))
        file.write(lacking.removeprefix(cut) if lacking.startswith(cut) else b"\n" + lacking)


def stored(rows: QuerySet[Checkpoint] | None = None) -> Iterator[Statement]:
    names = [field.name for field in fields(Statement)]
    rows = Checkpoint.objects.order_by("pk") if rows is None else rows
    for row in rows.values(*names).iterator():
        yield Statement(**row)


def _stored_after(line: bytes) -> Iterator[Statement]:
    """Those after the one in this line of the copy; where the database has no such one, the newest."""
    try:
        known = Checkpoint.objects.filter(checkpoint_hash=_statement(line).hash).first()
    except ValueError:
        known = None
    rows = Checkpoint.objects.order_by("pk")
    return stored(rows.filter(pk__gt=known.pk) if known else rows.reverse()[:1])


def copied(path: Path) -> Iterator[Statement]:
    """The statements in a file of copies. Raises ValueError where a line is none, and OSError."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield _statement(line)
            except ValueError:
                if number > 1 and not line.endswith(b"\n"):
                    return  # it is being written, or will be completed with the next one
                raise ValueError(f"line {number} of {path.name} is not a checkpoint") from None


def _line(statement: Statement) -> bytes:
    return canonical.canonical_bytes(asdict(statement)) + b"\n"


def _statement(line: bytes) -> Statement:
    try:
        said = Statement(**json.loads(line))
    except TypeError as error:
        raise ValueError("not the members of a checkpoint") from error
    if any(type(getattr(said, field.name)) is not field.type for field in fields(Statement)):
        raise ValueError("a member of the wrong type")
    return said


def problems(statements: Iterable[Statement], key: Ed25519PublicKey | None) -> Iterator[str]:
    """What is wrong with a run of checkpoints among themselves, as sentences."""
    previous, size = canonical.GENESIS, 0
    for number, statement in enumerate(statements, start=1):
        if not statement.is_signed_by(key or statement.own_key()):
            yield f"Checkpoint {number} ({statement.time}) is not signed by the key we trust."
        if statement.previous_checkpoint_hash != previous:
            yield f"Checkpoint {number} ({statement.time}) does not follow the one before it."
        if statement.size < size:
            yield f"Checkpoint {number} ({statement.time}) states fewer entries than the one before it."
        previous, size = statement.hash, statement.size
