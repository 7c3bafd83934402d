"""A wrong colour planted in the database by hand is found and named by the audit.

The hand is RocksDB's own tool, ldb: one byte of one resident's row is changed from the rules' colour to red, behind
the platform's back. Also altered, one at a time: a decision, a piece of evidence, a leaf, a log record.
"""
import json
import shutil
import subprocess
import sys

from province import Failed, Province, run_as_test

# The row image: resident 16, home 4, stay 4, facts, then status, colour, measure, rule ... 52 bytes beside the facts.
BESIDE_FACTS = 52
RED = 3


def ldb(store, table, *arguments):
    done = subprocess.run(["ldb", f"--db={store}", f"--column_family={table}", "--hex", *arguments], capture_output=True, text=True)
    if done.returncode != 0 or "Failed" in done.stderr:
        raise Failed(f"ldb {arguments[0]} {table}: {done.stdout}{done.stderr}")
    return done.stdout


def first_entries(store, table, count):
    out = ldb(store, table, "scan", f"--max_keys={count}")
    return [tuple(part.strip() for part in line.split(" : ")) for line in out.splitlines() if " : " in line]


def plant_colour(store):
    for key, value in first_entries(store, "rows", 50):
        image = bytearray.fromhex(value.removeprefix("0x"))
        at = 24 + (len(image) - BESIDE_FACTS) + 1
        if image[at] != RED:
            resident = bytes(image[:16]).hex()
            image[at] = RED
            ldb(store, "rows", "put", key, "0x" + image.hex())
            return resident
    raise Failed("no resident is other than red")


def flip_last_byte(store, table):
    entries = first_entries(store, table, 3)
    key, value = entries[min(1, len(entries) - 1)]
    raw = bytearray.fromhex(value.removeprefix("0x"))
    raw[-1] ^= 1
    ldb(store, table, "put", key, "0x" + raw.hex())
    return key


def audit(province, data):
    out = province.run("audit", str(data), "--json", ok=(0, 1))
    return json.loads(out)


def main():
    if shutil.which("ldb") is None:
        print("skipped: ldb is not installed (package rocksdb-tools)")
        sys.exit(77)
    province = Province(residents=400)
    passed = 0
    try:
        province.register_roster()
        province.start()
        province.publish_documents()
        province.ingest_night()
        province.stop()
        before = audit(province, province.data)
        if not before["clean"]:
            raise Failed(f"not clean before anything was planted: {before['findings'][:3]}")
        passed += 1

        copy = province.folder / "copy"
        shutil.copytree(province.data, copy)
        resident = plant_colour(copy / "shard-1")
        found = audit(province, copy)["findings"]
        named = [f for f in found if resident in f["where"] and f["shard"] == 1]
        if not named:
            raise Failed(f"the planted colour of {resident} was not found; findings: {found[:3]}")
        print(f"planted red: found as {named[0]['code']} at {named[0]['where']}: {named[0]['text']}")
        passed += 1

        for table in ("decisions", "evidence", "ledger_tiles", "log"):
            shutil.rmtree(copy)
            shutil.copytree(province.data, copy)
            flip_last_byte(copy / "shard-1", table)
            found = audit(province, copy)["findings"]
            if not found:
                raise Failed(f"one changed bit in table {table} was not found")
            print(f"one bit in {table}: found as {found[0]['code']} at {found[0]['where']}")
            passed += 1
        print(f"{passed} passed, 0 failed")
    finally:
        province.close()


if __name__ == "__main__":
    run_as_test(main)
