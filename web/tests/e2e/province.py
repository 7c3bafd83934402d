#!/usr/bin/env python3
"""A small province for the browser tests: real program, real pages. Prints one line of JSON when it serves, ends when stdin closes.

    province.py             the demonstration policy
    province.py desk ...    a policy that enforces hands and brakes, a command and a health commission of the province, and the name localhost,
                            which passkeys need; what follows goes to `mingma serve`

A line on stdin starts the server again, with the line's words as further options, and is answered with one line.
"""
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/program"), str(ROOT / "scenarios")]
from helpers import add_institution  # noqa: E402
from province import MINGMA, SOURCE, Failed, Province  # noqa: E402

desk = sys.argv[1:2] == ["desk"]
province = Province(residents=60, nights=1, shards=2, seed=5)


def enforced():
    policy = json.loads((SOURCE / "policies/henan-demo.json").read_text())
    policy["enforcement"] = {"hands": True, "brakes": True, "approved_by_other_institution": ["A4"]}
    file = province.folder / "enforced.json"
    file.write_text(json.dumps(policy, ensure_ascii=False, indent=2))
    return str(file)


def found_bodies():
    for name, klass, zh, en in [("HN-COMMAND", "command", "省疫情防控指挥部", "Provincial epidemic command"),
                                ("HN-HEALTH", "health_commission", "省卫生健康委", "Provincial health commission")]:
        Path(add_institution(province, name, klass, zh, en)).rename(province.county / "keys" / f"{name}.pem")


try:
    province.register_roster()
    roster = [json.loads(line) for line in (province.county / "roster.ndjson").read_text().splitlines()]
    if desk:
        province.url = f"http://localhost:{province.port}"
    options = ["--web", str(SOURCE / "web/dist"), *(["--public-url", province.url] if desk else []), *sys.argv[2:]]
    province.start(*options)
    province.publish_documents(policy=enforced()) if desk else province.publish_documents()
    if desk:
        found_bodies()
    print(json.dumps({"url": province.url, "folder": str(province.folder), "mingma": MINGMA, "people": roster,
                      "institutions": sorted(key.stem for key in (province.county / "keys").glob("*.pem"))}), flush=True)
    for line in sys.stdin:
        province.stop()
        province.start(*options, *line.split())
        print("{}", flush=True)
except Failed as failure:
    print(json.dumps({"error": str(failure)}), flush=True)
finally:
    province.close()
