"""Vendor credentials at rest: AES-256-GCM under a key that is not in the database."""

import json
import os
from base64 import b64decode, urlsafe_b64decode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = b"\x01"
NONCE_BYTES = 12


def seal(values: dict[str, str], *, purpose: str) -> bytes:
    """Return version, nonce and ciphertext; `purpose` binds the result to its row."""
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(values, sort_keys=True).encode()
    return VERSION + nonce + _cipher().encrypt(nonce, plain, purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> dict[str, str]:
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return json.loads(_cipher().decrypt(nonce, body, purpose.encode()))
    except InvalidTag as error:
        raise ImproperlyConfigured(f"VAULT_KEY does not open the credentials of {purpose}.") from error


def _cipher() -> AESGCM:
    key = settings.VAULT_KEY
    raw = urlsafe_b64decode(key) if set(key) & set("-_") else b64decode(key)
    if len(raw) != 32:
        raise ImproperlyConfigured("VAULT_KEY must be base64 of 32 bytes.")
    return AESGCM(raw)
