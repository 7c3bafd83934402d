"""2. The red codes 红码, ways (c), (e), (g): the operator writes colours, a forged venue scan, the log's tail cut and rewritten."""
import base64
import json
import shutil
import sys
import time
import urllib.request

from helpers import Province, add_institution, expect, finding, instant, program, publish_lines, roster, run_as_test, say, title

from planted import plant_colour


def post(province, path, body):
    request = urllib.request.Request(province.url + path, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def alarms(province):
    return [item["content"]["kind"] for item in province.get_json("/v1/alarms")["items"]]


def wait_for_alarm(province, kind, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if kind in alarms(province):
            return
        time.sleep(0.5)
    expect(False, f"no alarm {kind}; there are {alarms(province)}")


def credential_of(province, number):
    key, out = province.folder / "phone.pem", province.folder / "credential.cbor"
    if not key.exists():
        province.run("key", "new", str(key), "--algorithm", "es256")
    text = province.run("why", "--document", number, "--phone-key", str(key), "--credential", str(out), "--server", province.url)
    return text, base64.urlsafe_b64encode(out.read_bytes()).decode().rstrip("=")


def forged_venue(province):
    title("(e) A forged venue scan 伪造的场所码")
    person = roster(province)[20]
    document = finding(person, "SIM-COMMUNITY", "SCAN-1", "exposure_finding",
                       extra={"exposed_at": instant(-3600), "exposure": "venue"})
    out = publish_lines(province, "scan", [document], province.key("SIM-COMMUNITY"), ok=(0, 1, 2))
    text, _ = credential_of(province, person["document_number"])
    expect("green" in text.splitlines()[0], f"a forged scan turned a code: {text.splitlines()[0]}")
    say("A community office claims that a resident was at a venue with a case. No grant lets it say so; the statement is recorded as not authorised "
        f"and does nothing: {' '.join(out.split())} The code stays green.")


def direct_write(province):
    title("(c) The contractor writes to the database 外包运维直接改库")
    province.stop()
    resident = plant_colour(province.data / "shard-1")
    province.start()
    say(f"With the database's own tool one byte of one row is changed to red, behind the platform's back (resident {resident[:8]}...).")


def find_red(province):
    """The resident whose row was changed: the one whose code is red now."""
    for person in roster(province):
        text, credential = credential_of(province, person["document_number"])
        code = post(province, "/v1/compare/code", {"credential": credential})
        if not code["fits"]:
            return person, code
    return None, None


def main():
    if shutil.which("ldb") is None:
        print("skipped: ldb is not installed (package rocksdb-tools)")
        sys.exit(77)
    province = Province(residents=60, shards=1)
    try:
        province.register_roster()
        province.start()
        province.publish_documents()
        forged_venue(province)

        direct_write(province)
        time.sleep(2.5)
        person, found = find_red(province)
        expect(person is not None, "no code differs from its leaf")
        say("At the door the code is red. But a code names its leaf, and the leaf says otherwise; whoever has the code can ask: "
            f"{found['finding']['zh']} {found['finding']['en']} The code itself is the proof.")
        wait_for_alarm(province, "leafless_code")
        say("The alarm leafless_code is raised, with a leaf of its own.")
        province.stop()
        status, out, _ = program("audit", str(province.data), "--json")
        findings = json.loads(out)["findings"]
        expect(status == 1 and any(f["code"] in ("audit.wrong_colour", "audit.table_differs") for f in findings), f"the audit: {findings[:3]}")
        say(f"mingma audit names it: {findings[0]['code']} at {findings[0]['where']}.")

        title("(g) The tail of the log is cut and rewritten 截断并改写日志")
        province.close()
    except BaseException:
        province.close()
        raise
    province = Province(residents=60, shards=1)
    try:
        province.register_roster()
        province.start()
        province.publish_documents()
        auditor = add_institution(province, "AUD-01", "auditor", "省审计组", "Provincial auditors")
        keys = str(province.ledger_keys())
        time.sleep(2)
        province.stop()
        backup = province.folder / "backup"
        shutil.copytree(province.data, backup)
        province.start()
        victim = roster(province)[5]
        publish_lines(province, "red", [finding(victim, "SIM-CDC", "CF-1")], province.key("SIM-CDC"))
        time.sleep(2.5)
        state = province.folder / "kept.checkpoint"
        province.run("ledger", "follow", f"{province.url}/ledger/1", "--key", keys, "--state", str(state))
        bundle = province.folder / "who.json"
        province.run("who", victim["document_number"], "--key", auditor, "--purpose", "case 5", "--ledger-keys", keys, "--out", str(bundle),
                     "--server", province.url)
        say("A resident is made red. A newspaper keeps the checkpoint of that moment, the auditors keep a bundle. At night the operator puts an older "
            "copy of the data back, as if nothing had been, and the day goes on differently.")
        province.stop()
        shutil.rmtree(province.data)
        shutil.copytree(backup, province.data)
        province.start()
        for i, person in enumerate(roster(province)[30:40]):
            publish_lines(province, f"other-{i}", [finding(person, "SIM-CDC", f"CF-OTHER-{i}")], province.key("SIM-CDC"))
        time.sleep(2.5)
        status, _, err = program("ledger", "follow", f"{province.url}/ledger/1", "--key", keys, "--state", str(state))
        expect(status == 1 and "ledger.split_view" in err, f"the follower did not notice: {status} {err}")
        say("The newspaper's next look: " + err.strip())
        found = post(province, "/v1/compare/checkpoint", {"shard": 1, "checkpoint": state.read_text()})
        expect(not found["fits"], "the rewritten ledger claims to extend the kept checkpoint")
        say(f"Asked about the kept checkpoint, the platform itself must say: {found['finding']['zh']} {found['finding']['en']}")
        wait_for_alarm(province, "split_view")
        status, out, _ = program("who", "--verify", str(bundle), "--ledger-keys", keys, "--json")
        expect(status == 0 and json.loads(out)["decision"]["caused_by"] == "SIM-CDC", "the kept bundle no longer verifies")
        say("And the auditors' bundle verifies as before: it holds the checkpoint that the same key signed. Two checkpoints of one key that do not "
            "extend each other are proof of the rewriting, and the bundle names the hands: SIM-CDC, record CF-1.")
        print("\n1 passed, 0 failed")
    finally:
        province.close()


if __name__ == "__main__":
    run_as_test(main)
