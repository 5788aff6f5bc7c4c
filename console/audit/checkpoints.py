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
from django.utils import timezone

from console.audit import canonical
from console.audit.models import Checkpoint, Head

EVERY = timedelta(minutes=5)
EVERY_ENTRIES = 500
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
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
    path.with_suffix(".pub").write_bytes(public)


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
    copy_out(signed)
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


def copy_out(statement: Statement) -> None:
    """Append the statement to a file outside the database, which a rewritten database cannot reach."""
    path = settings.AUDIT_CHECKPOINT_COPY
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(canonical.json_text(asdict(statement)) + "\n")


def stored() -> Iterator[Statement]:
    names = [field.name for field in fields(Statement)]
    for row in Checkpoint.objects.order_by("pk").values(*names).iterator():
        yield Statement(**row)


def copied(path: Path) -> Iterator[Statement]:
    """The statements in a file of copies. Raises ValueError where a line is none."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield Statement(**json.loads(line))
            except (TypeError, ValueError):
                raise ValueError(f"line {number} of {path.name} is not a checkpoint") from None


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
