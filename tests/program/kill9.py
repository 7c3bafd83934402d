"""kill -9 at random moments while laboratories send results: nothing acknowledged is lost or doubled.

Each round starts the server, lets several senders run, and kills it after a random time. Senders are the real
`mingma ingest`, which resumes. At the end every line was taken exactly once, every ledger only grew (consistency proved
from each checkpoint seen to the last), and the audit is clean.
"""
import json
import os
import random
import subprocess
import time

from province import MINGMA, Failed, Province, run_as_test

ROUNDS = int(os.environ.get("MINGMA_KILLS", "50"))
RESIDENTS = int(os.environ.get("MINGMA_KILL_RESIDENTS", "3000"))
SEED = int(os.environ.get("MINGMA_SEED", "20261123"))


def split(county, folder, pieces):
    """Each laboratory's night in `pieces` files, so that many submissions are on their way at any moment."""
    files = []
    for night in sorted(county.glob("night-*")):
        for source in sorted(night.glob("*.fhir.ndjson")):
            lines = source.read_text().splitlines(keepends=True)
            size = max(1, (len(lines) + pieces - 1) // pieces)
            for number, at in enumerate(range(0, len(lines), size)):
                piece = folder / f"{night.name}-{source.name.split('.')[0]}-{number:03}.ndjson"
                piece.write_text("".join(lines[at:at + size]))
                files.append((source.name.split(".")[0], piece, len(lines[at:at + size])))
    return files


def checkpoint_size(note):
    return int(note.split(b"\n")[1])


def main():
    chance = random.Random(SEED)
    print(f"seed {SEED}, {ROUNDS} kills")
    province = Province(residents=RESIDENTS, nights=2)
    try:
        province.register_roster()
        province.start()
        province.publish_documents()
        pieces = province.folder / "pieces"
        pieces.mkdir()
        waiting = split(province.county, pieces, 40)
        chance.shuffle(waiting)
        expected = sum(count for _, _, count in waiting)
        senders, kills, seen, done = [], 0, {}, []
        while waiting or senders:
            while waiting and len(senders) < 4:
                institution, piece, count = waiting.pop()
                senders.append((subprocess.Popen(
                    [MINGMA, "ingest", str(piece), "--institution", institution, "--key", province.key(institution),
                     "--server", province.url, "--json", "--part-lines", "20", "--retry-seconds", "120"],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), piece, count))
            if kills < ROUNDS:
                time.sleep(chance.uniform(0.005, 0.25))
                province.kill()
                kills += 1
                province.start()
                for shard in range(0, 3):
                    note = province.get(f"/ledger/{shard}/checkpoint")
                    if checkpoint_size(note) < checkpoint_size(seen.get(shard, note)):
                        raise Failed(f"checkpoint of shard {shard} shrank after kill {kills}")
                    kept = province.folder / f"checkpoint-{shard}"
                    province.run("ledger", "follow", f"{province.url}/ledger/{shard}", "--key", str(province.ledger_keys()),
                                 "--state", str(kept))
                    seen[shard] = note
            else:
                time.sleep(0.05)
            for sender in list(senders):
                if sender[0].poll() is None:
                    continue
                senders.remove(sender)
                out, err = sender[0].communicate()
                if sender[0].returncode != 0:
                    raise Failed(f"ingest of {sender[1].name} failed: {err[-1000:]}")
                done.append((sender[1], sender[2], out))
        if kills < ROUNDS:
            print(f"note: all lines were sent after {kills} kills; killing the idle server for the rest")
            for _ in range(ROUNDS - kills):
                time.sleep(chance.uniform(0, 0.05))
                province.kill()
                kills += 1
                province.start()

        accepted = sum(json.loads(out.strip().splitlines()[-1])["accepted"] for _, _, out in done)
        if accepted != expected:
            raise Failed(f"{expected} lines were sent, {accepted} acknowledged as accepted")
        # Sending everything again must change nothing.
        for institution, piece, count in split(province.county, pieces, 1):
            out = province.run("ingest", str(piece), "--institution", institution, "--key", province.key(institution),
                               "--server", province.url, "--json")
            answer = json.loads(out.strip().splitlines()[-1])
            if answer["accepted"] != 0 or answer["duplicate"] != count:
                raise Failed(f"sent again, {piece.name} gave {answer}")
        province.stop()
        audit = json.loads(province.run("audit", str(province.data), "--json"))
        taken = sum(shard["statements"] for shard in audit["shards"])
        if taken != expected:
            raise Failed(f"{expected} lines were acknowledged, the shards hold {taken} statements")
        print(f"{kills} kills, {expected} statements, each once")
        print("1 passed, 0 failed")
    finally:
        province.close()


if __name__ == "__main__":
    run_as_test(main)
