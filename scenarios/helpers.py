"""What several scenarios do: new institutions with keys, findings as signed documents, stories in plain words."""
import json
import subprocess
import sys
import textwrap
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/program"))
from province import MINGMA, SOURCE, Failed, Province, run_as_test  # noqa: E402,F401  (scenarios take them from here)

CHINA = timezone(timedelta(hours=8))


def say(text):
    print(textwrap.fill(" ".join(text.split()), 110), flush=True)


def title(text):
    print(f"\n== {text}", flush=True)


def expect(condition, what):
    if not condition:
        raise Failed(what)


def instant(seconds_from_now=0):
    return (datetime.now(CHINA) + timedelta(seconds=seconds_from_now)).strftime("%Y-%m-%dT%H:%M:%S+08:00")


def roster(province):
    return [json.loads(line) for line in (province.county / "roster.ndjson").read_text().splitlines()]


def add_institution(province, name, klass, zh, en, division="41", kinds=(), areas=("41",)):
    """Publishes an institution with a fresh key, and a grant if it has kinds. Returns the key file."""
    key = province.folder / f"{name}.pem"
    province.run("key", "new", str(key))
    public = "".join(line for line in Path(f"{key}.pub").read_text().splitlines() if not line.startswith("-----"))
    document = {"type": "institution", "id": name, "class": klass, "name": {"zh": zh, "en": en}, "phone": "0371-12320",
                "division": division, "keys": [{"key": public, "from": instant(-86400)}], "issued_at": instant(-60)}
    files = [province.folder / f"{name}-institution.json"]
    files[0].write_text(json.dumps(document, ensure_ascii=False))
    if kinds:
        files.append(province.folder / f"{name}-grant.json")
        files[1].write_text(json.dumps({"type": "grant", "id": f"G-{name}", "grantor": "root", "grantee": name,
                                        "kinds": list(kinds), "areas": list(areas), "from": instant(-86400),
                                        "until": instant(300 * 86400), "may_delegate": False,
                                        "document_number": f"指办〔2022〕{name}"}, ensure_ascii=False))
    for file in files:
        province.run("publish", str(file), *province.root_keys(), "--server", province.url)
    time.sleep(1.0)  # until every shard has followed
    return str(key)


def finding(person, institution, record, kind="contact_finding", exposure=-86400, extra=None):
    evidence = {"kind": kind}
    evidence.update({"contact_finding": {"last_exposure_at": instant(exposure), "level": "close"}}.get(kind, {}))
    evidence.update(extra or {})
    return {"type": "statement", "institution": institution,
            "person": {"document_type": "resident_id", "document_number": person["document_number"]},
            "evidence": evidence, "source_record": record, "signed_at": instant(-5)}


def publish_lines(province, name, documents, key, ok=(0,)):
    file = province.folder / f"{name}.ndjson"
    file.write_text("".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents))
    return province.run("publish", "--lines", str(file), "--key", key, "--server", province.url, ok=ok)


def program(*arguments):
    """Any exit status; (status, output, errors)."""
    done = subprocess.run([MINGMA, *arguments], capture_output=True, text=True, timeout=600)
    return done.returncode, done.stdout, done.stderr
