#!/usr/bin/env python3
"""A small province for the browser tests: real program, real pages. Prints one line of JSON when it serves, ends when stdin closes."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tests/program"))
from province import MINGMA, SOURCE, Failed, Province  # noqa: E402

province = Province(residents=60, nights=1, shards=2, seed=5)
try:
    province.register_roster()
    roster = [json.loads(line) for line in (province.county / "roster.ndjson").read_text().splitlines()]
    province.start("--web", str(SOURCE / "web/dist"))
    province.publish_documents()
    print(json.dumps({"url": province.url, "folder": str(province.folder), "mingma": MINGMA, "people": roster,
                      "institutions": sorted(key.stem for key in (province.county / "keys").glob("*.pem"))}), flush=True)
    sys.stdin.read()
except Failed as failure:
    print(json.dumps({"error": str(failure)}), flush=True)
finally:
    province.close()
