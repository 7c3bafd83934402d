#!/usr/bin/env python3
"""A newspaper's own reader of Mingma's public ledgers. It shares no code with Mingma.

Usage: newspaper.py URL TRUST-FILE     (TRUST-FILE: the ledgers' verifier keys, one C2SP vkey a line)

It downloads checkpoint and tiles of every data shard, verifies the checkpoint's Ed25519 signature, hashes every entry
(RFC 6962) up to the signed root, decodes the leaves (docs/formats/event.md) and counts. Prints JSON: for each hour and
day, how many decisions became red, by rule and by the class of institution whose statement caused them.
Needs Python 3 and `cryptography` for Ed25519.
"""
import base64
import collections
import hashlib
import json
import sys
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CLASSES = {1: "command", 2: "health_commission", 3: "cdc", 4: "laboratory", 5: "hospital", 6: "border_post",
           7: "community", 8: "other_province", 9: "operator", 10: "auditor"}
COLOURS = ["none", "green", "yellow", "red"]
DECISION = 3


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()


def read_keys(text):
    """vkey lines: <name>+<hash>+<base64 of type and key>."""
    keys = {}
    for line in text.split("\n"):
        if line and not line.startswith("#"):
            name, key_hash, encoded = line.split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            assert raw[0] == 1, "not an Ed25519 key"
            assert hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() == key_hash, "key hash"
            keys[name] = (bytes.fromhex(key_hash), Ed25519PublicKey.from_public_bytes(raw[1:]))
    return keys


def open_checkpoint(note, keys):
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    origin, size, root = text.split("\n")[:3]
    if origin not in keys:
        raise ValueError(f"no trusted key for {origin}")
    key_hash, key = keys[origin]
    for line in signatures.strip().split("\n"):
        dash, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded, validate=True)
        if dash == "\u2014" and name == origin and raw[:4] == key_hash:
            key.verify(raw[4:], text.encode())  # InvalidSignature
            return origin, int(size), base64.b64decode(root, validate=True)
    raise ValueError(f"{origin} did not sign its checkpoint")


def tile_path(index, width):
    digits = f"{index % 1000:03d}"
    index //= 1000
    while index:
        digits = f"x{index % 1000:03d}/{digits}"
        index //= 1000
    return digits if width == 256 else f"{digits}.p/{width}"


def entries_of(url, shard, size):
    for tile in range((size + 255) // 256):
        width = min(256, size - tile * 256)
        bundle = fetch(f"{url}/ledger/{shard}/tile/entries/{tile_path(tile, width)}")
        at = 0
        for _ in range(width):
            length = int.from_bytes(bundle[at:at + 2], "big")
            yield bundle[at + 2:at + 2 + length]
            at += 2 + length
        if at != len(bundle):
            raise ValueError("a bundle is longer than its entries")


class Tree:
    """RFC 6962 tree hash, entry by entry."""

    def __init__(self):
        self.stack = []  # (height, hash)

    def add(self, entry):
        node = (0, hashlib.sha256(b"\x00" + entry).digest())
        while self.stack and self.stack[-1][0] == node[0]:
            height, left = self.stack.pop()
            node = (height + 1, hashlib.sha256(b"\x01" + left + node[1]).digest())
        self.stack.append(node)

    def root(self):
        if not self.stack:
            return hashlib.sha256(b"").digest()
        root = self.stack[-1][1]
        for _, left in reversed(self.stack[:-1]):
            root = hashlib.sha256(b"\x01" + left + root).digest()
        return root


def decode_cbor(data, at=0):
    """As much CBOR as a leaf needs: unsigned integers, byte and text strings, maps."""
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if low < 24:
        value = low
    else:
        width = {24: 1, 25: 2, 26: 4, 27: 8}[low]
        value, at = int.from_bytes(data[at:at + width], "big"), at + width
    if major == 0:
        return value, at
    if major in (2, 3):
        raw = data[at:at + value]
        return (raw if major == 2 else raw.decode()), at + value
    if major == 5:
        out = {}
        for _ in range(value):
            key, at = decode_cbor(data, at)
            out[key], at = decode_cbor(data, at)
        return out, at
    raise ValueError("unexpected CBOR")


def read(url, trust):
    keys = read_keys(trust)
    report = {"ledgers": [], "leaves": 0, "decisions": 0, "red": 0}
    hours = collections.Counter()
    by_rule = collections.Counter()
    by_class = collections.Counter()
    by_both = collections.Counter()
    for shard in range(1, len(keys)):
        origin, size, root = open_checkpoint(fetch(f"{url}/ledger/{shard}/checkpoint").decode(), keys)
        tree = Tree()
        for entry in entries_of(url, shard, size):
            tree.add(entry)
            leaf, end = decode_cbor(entry)
            if end != len(entry):
                raise ValueError("a leaf is longer than its map")
            report["leaves"] += 1
            if leaf[2] != DECISION:
                continue
            report["decisions"] += 1
            became, was = COLOURS[leaf.get(7, 0)], COLOURS[leaf.get(6, 0)]
            if became == "red" and was != "red":
                klass = CLASSES.get(leaf.get(3), "nobody (clock, policy or area order)")
                report["red"] += 1
                hours[leaf[9]] += 1
                by_rule[leaf.get(4, "")] += 1
                by_class[klass] += 1
                by_both[(leaf[9], leaf.get(4, ""), klass)] += 1
        if tree.root() != root:
            raise ValueError(f"{origin}: the entries do not give the signed root")
        report["ledgers"].append({"origin": origin, "size": size, "root": base64.b64encode(root).decode()})
    report["red_by_rule"] = dict(by_rule)
    report["red_by_class"] = dict(by_class)
    if hours:
        hour, count = hours.most_common(1)[0]
        (_, rule, klass), most = max((item for item in by_both.items() if item[0][0] == hour), key=lambda item: item[1])
        report["peak"] = {"hour": hour * 3600, "red": count, "rule": rule, "class": klass, "by_that": most}
    return report


def main():
    url, trust = sys.argv[1].rstrip("/"), open(sys.argv[2], encoding="utf-8").read()
    try:
        print(json.dumps(read(url, trust), ensure_ascii=False, indent=2))
    except (InvalidSignature, ValueError, AssertionError) as problem:
        print(f"NOT VERIFIED: {type(problem).__name__}: {problem}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
