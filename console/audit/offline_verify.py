"""Checks an exported audit log. Standard library only, no network: python3 -I verify.py export.jsonl

It recomputes every hash from the content, follows the chain through entries that the filter left out (of
which only the hash is in the file), checks the signatures of checkpoints, and compares the file with its own
manifest. With --checkpoints it also compares the chain with checkpoints that were kept outside the console,
and with --public-key signatures count only from that key.
Exit code: 0 whole, 1 broken, 2 the file cannot be read.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from decimal import Decimal

FORMAT = "countersign-audit-jsonl-1"
GENESIS = "0" * 64
LARGEST_INTEGER = 2**53 - 1
SIGNED_PREFIX = b"countersign audit checkpoint 1\n"
SHORT_ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
ESCAPES = {**{code: f"\\u{code:04x}" for code in range(32)}, **SHORT_ESCAPES}


class BrokenError(Exception):
    """The file does not prove what it claims; the sentence says where."""


def canonical(value):
    """RFC 8785 bytes of text, whole numbers, booleans, null, lists and objects; a log holds nothing else."""
    return _canonical(value).encode("utf-8")


def _canonical(value):
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return '"' + value.translate(ESCAPES) + '"'
    if isinstance(value, int) and abs(value) <= LARGEST_INTEGER:
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(_canonical(name) + ":" + _canonical(value[name]) for name in names) + "}"
    raise BrokenError(f"a value has no place in a log: {value!r}")


def unique(pairs):
    value = dict(pairs)
    if len(value) != len(pairs):
        raise BrokenError("an object names a member twice")
    return value


def refuse(text):
    raise BrokenError(f"{text} is not a whole number")


def parse(line):
    try:
        value = json.loads(line, object_pairs_hook=unique, parse_float=refuse, parse_constant=refuse)
        same = isinstance(value, dict) and canonical(value) == line
    except (ValueError, RecursionError):
        raise BrokenError("it is not canonical JSON") from None
    if not same:
        raise BrokenError("it is not canonical JSON")
    return value


def leaf_hash(event):
    return hashlib.sha256(b"\x00" + canonical(event)).hexdigest()


def chain_hash(previous, leaf):
    return hashlib.sha256(b"\x02" + bytes.fromhex(previous) + bytes.fromhex(leaf)).hexdigest()


# Ed25519 as in RFC 8032, section 6, verifying only.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        raise ValueError("not a point")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public, message, signature):
    """Whether the 64 bytes sign the message under the raw public key."""
    if len(public) != 32 or len(signature) != 64:
        return False
    try:
        key, r = decompress(public), decompress(signature[:32])
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(h, key))
    return (
        not (left[0] * right[2] - right[0] * left[2]) % P
        and not (left[1] * right[2] - right[1] * left[2]) % P
    )


def check_checkpoint(said, trusted):
    """Raise BrokenError unless the checkpoint is signed, by the trusted key where one was given."""
    body = {name: value for name, value in said.items() if name != "signature"}
    try:
        public, signature = bytes.fromhex(said["public_key"]), bytes.fromhex(said["signature"])
    except (KeyError, TypeError, ValueError):
        raise BrokenError("a checkpoint is not complete") from None
    where = f"the checkpoint at {said.get('size')} entries"
    if trusted is not None and public != trusted:
        raise BrokenError(f"{where} is signed by another key than the one given")
    if said.get("key_id") != hashlib.sha256(public).hexdigest()[:16]:
        raise BrokenError(f"{where} names a key that is not its own")
    if not is_signed(public, SIGNED_PREFIX + canonical(body), signature):
        raise BrokenError(f"{where} has a wrong signature")


class Verifier:
    """Takes the lines one by one and holds none of them."""

    def __init__(self, trusted=None, outside=None):
        self.trusted, self.outside = trusted, outside or {}
        self.first = self.seq = self.rows = self.omitted = self.checkpoints = self.compared = 0
        self.starts_after = self.chain = GENESIS
        self.money = {}
        self.manifest = None
        self.digest = hashlib.sha256()

    def take(self, line):
        if self.manifest is not None:
            raise BrokenError("something stands after the manifest")
        value = parse(line)
        kinds = {
            ("chain_hash", "event", "leaf_hash", "prev_hash"): self.entry,
            ("omitted",): self.left_out,
            ("checkpoint",): self.checkpoint,
            ("manifest",): self.end,
        }
        kind = kinds.get(tuple(sorted(value)))
        if kind is None:
            raise BrokenError("it is no line of an audit export")
        kind(value)
        if self.manifest is None:
            self.digest.update(line + b"\n")

    def entry(self, row):
        event = row["event"]
        seq = event.get("seq")
        self.follow(seq, row["leaf_hash"], before=row["prev_hash"])
        if leaf_hash(event) != row["leaf_hash"]:
            raise BrokenError(f"entry {seq} was changed: its content does not match its hash")
        if row["prev_hash"] != self.previous:
            raise BrokenError(f"entry {seq} does not follow the one before it")
        if row["chain_hash"] != self.chain:
            raise BrokenError(f"entry {seq} was changed: its chain hash is not that of its content")
        self.rows += 1
        if event["money_amount"]:
            name = " ".join(filter(None, (event["money_currency"], event["money_direction"])))
            self.money[name] = self.money.get(name, Decimal(0)) + Decimal(event["money_amount"])

    def left_out(self, row):
        said = row["omitted"]
        self.follow(said.get("seq"), said.get("leaf_hash"), before=None)
        self.omitted += 1

    def follow(self, seq, leaf, before):
        if not isinstance(seq, int) or not re.fullmatch("[0-9a-f]{64}", str(leaf)):
            raise BrokenError("an entry has no number or no hash")
        if self.first == 0:
            if before is None:
                raise BrokenError("the file begins with an entry that was left out")
            if not re.fullmatch("[0-9a-f]{64}", str(before)) or (seq == 1) != (before == GENESIS):
                raise BrokenError(f"entry {seq} does not follow from the beginning of the log")
            self.first, self.starts_after, self.chain = seq, before, before
        elif seq != self.seq + 1:
            raise BrokenError(f"entry {self.seq + 1} is missing: after {self.seq} comes {seq}")
        self.previous, self.seq, self.chain = self.chain, seq, chain_hash(self.chain, leaf)
        for said in self.outside.get(seq, ()):
            self.compared += 1
            if said["chain_hash"] != self.chain:
                raise BrokenError(
                    f"the log was rewritten: entry {seq} differs from a checkpoint kept outside"
                )

    def checkpoint(self, row):
        said = row["checkpoint"]
        check_checkpoint(said, self.trusted)
        if said.get("size") != self.seq or said.get("chain_hash") != self.chain:
            raise BrokenError(f"entry {self.seq} differs from what its checkpoint stated")
        self.checkpoints += 1

    def end(self, row):
        self.manifest = row["manifest"]
        found = {
            "format": FORMAT,
            "first_seq": self.first,
            "last_seq": self.seq,
            "starts_after": self.starts_after,
            "ends_at": self.chain,
            "rows": self.rows,
            "omitted": self.omitted,
            "checkpoints": self.checkpoints,
            "money": {name: f"{total:f}" for name, total in self.money.items()},
            "sha256": self.digest.hexdigest(),
        }
        for name, value in found.items():
            if self.manifest.get(name) != value:
                raise BrokenError(
                    f"the manifest says {name} is {self.manifest.get(name)!r}, the file says {value!r}"
                )

    def finish(self):
        if self.manifest is None:
            raise BrokenError("the file is not complete: its manifest is missing")
        head, when = self.manifest["head"]["seq"], self.manifest["exported_at"]
        for size, said in self.outside.items():
            if size > head and any(one["time"] < when for one in said):
                raise BrokenError(
                    f"the log was cut: it had {size} entries before this export, now it has {head}"
                )


def read_key(path):
    """The raw public key from a PEM file (its last 32 bytes), or from 64 hexadecimal digits."""
    with open(path, encoding="ascii") as file:
        text = file.read().strip()
    if text.startswith("-----"):
        return base64.b64decode("".join(text.splitlines()[1:-1]))[-32:]
    return bytes.fromhex(text)


def read_checkpoints(path, trusted):
    """Checkpoints by the number of the entry they were stated at."""
    stated = {}
    with open(path, "rb") as file:
        for line in file:
            said = parse(line.rstrip(b"\n"))
            check_checkpoint(said, trusted)
            stated.setdefault(said["size"], []).append(said)
    return stated


def verify(path, trusted=None, outside=None):
    verifier, number = Verifier(trusted, outside), 0
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                raise BrokenError("the file is not complete: its last line is cut")
            try:
                verifier.take(line[:-1])
            except BrokenError as broken:
                raise BrokenError(f"line {number}: {broken}") from None
            except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
                raise BrokenError(f"line {number}: it is no line of an audit export") from None
    verifier.finish()
    return verifier


def main():
    parser = argparse.ArgumentParser(description="Check an exported audit log.")
    parser.add_argument("export", help="the exported .jsonl file")
    parser.add_argument("--public-key", help="file with the checkpoints' public key")
    parser.add_argument("--checkpoints", help="file of checkpoints kept outside the console")
    options = parser.parse_args()
    try:
        trusted = read_key(options.public_key) if options.public_key else None
        outside = read_checkpoints(options.checkpoints, trusted) if options.checkpoints else None
        found = verify(options.export, trusted, outside)
    except BrokenError as broken:
        print(f"Broken: {broken}.")
        return 1
    except (OSError, ValueError) as error:
        print(f"Cannot be read: {error}")
        return 2
    print(
        f"Whole: entries {found.first} to {found.seq}, {found.rows} in the file and {found.omitted} as "
        f"hashes only, {found.checkpoints} signed checkpoints in the file, {found.compared} compared outside."
    )
    print(f"Ends at {found.chain}.")
    if found.checkpoints and trusted is None:
        print("No public key was given: the checkpoints were checked against the key they name themselves.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
