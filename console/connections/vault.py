"""Vendor credentials at rest: AES-256-GCM under a key that is not in the database."""

import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from connectors.errors import NotConfiguredError

VERSION = b"\x01"
NONCE_BYTES = 12


def seal(values: dict[str, str], *, purpose: str) -> bytes:
    """Return version, nonce and ciphertext; `purpose` binds the result to its row."""
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(values, sort_keys=True).encode()
    return VERSION + nonce + AESGCM(settings.VAULT_KEY).encrypt(nonce, plain, purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> dict[str, str]:
    """What was sealed for this row. Raises NotConfiguredError where the key does not open it."""
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return json.loads(AESGCM(settings.VAULT_KEY).decrypt(nonce, body, purpose.encode()))
    except (InvalidTag, ValueError) as error:
        raise NotConfiguredError(f"VAULT_KEY does not open the credentials of {purpose}.") from error
