"""Scenario 8: stricter than the province (码上加码).

A city drafts a policy that reddens people whom the province leaves yellow. The draft's author sees whose colour would change;
publishing is refused with a person as the counterexample; the province signs a dated exception, a public leaf; then the city's
policy is published, with the record of its proof. The audit proves the record again.
"""
import hashlib
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "program"))
from province import MINGMA, SOURCE, Failed, Province, run_as_test  # noqa: E402


def say(text):
    print(text, flush=True)


def attempt(*arguments):
    """Runs the program and gives its status and both outputs, whatever happens."""
    done = subprocess.run([MINGMA, *arguments], capture_output=True, text=True, timeout=600)
    return done.returncode, done.stdout, done.stderr


def command_of_the_province(province):
    """An institution that writes policies; the county's own command is only a county's."""
    key = province.folder / "command.pem"
    province.run("key", "new", str(key))
    pem = Path(str(key) + ".pub").read_text()
    public = "".join(line for line in pem.splitlines() if not line.startswith("-"))
    document = province.folder / "command.json"
    document.write_text(json.dumps({
        "type": "institution", "id": "HN-COMMAND", "class": "command",
        "name": {"zh": "省疫情防控指挥部", "en": "Provincial epidemic command"}, "phone": "0371-12345", "division": "41",
        "keys": [{"key": public, "from": "2022-01-01T00:00:00Z"}], "issued_at": "2022-01-01T00:00:00Z"},
        ensure_ascii=False))
    province.run("publish", str(document), *province.root_keys(), "--server", province.url)
    return key


def draft(province, city, version):
    """The province's rules, but a test that is late makes the code red instead of yellow."""
    policy = json.loads((SOURCE / "policies/henan-demo.json").read_text())
    policy.update(id="city-demo", version=version, jurisdiction=city, document_no="市疫情防控指〔演示〕7号",
                  title={"zh": "某市赋码规则(演示版)", "en": "Rules of a city (demonstration)"})
    for rule in policy["rules"]:
        if rule["id"] == "B8":
            rule.update(colour="red", measure="home_isolation")
    plain = province.folder / f"draft-{version}.json"
    plain.write_text(json.dumps(policy, ensure_ascii=False, indent=2))
    dated = province.folder / f"city-{version}.json"
    province.run("policy", "date", str(plain), "--days", "20", "--out", str(dated))
    return dated


def exception(province, policy_file):
    policy = json.loads(policy_file.read_text())
    document = province.folder / "exception.json"
    document.write_text(json.dumps({
        "type": "policy_exception", "id": "HN-2022-X-7", "policy": f"{policy['id']}@{policy['version']}",
        "policy_hash": hashlib.sha256(policy_file.read_bytes()).hexdigest(), "rules": ["B8"],
        "from": policy["effective_from"], "until": policy["effective_to"], "document_number": "豫疫情防控指〔演示〕31号",
        "reason": {"zh": "该市发生批发市场聚集性疫情,七日内核酸应检尽检",
                   "en": "an outbreak at a wholesale market: for its duration everyone is tested in time"}}, ensure_ascii=False))
    return document


def set_up(province):
    province.start()
    province.publish_documents()
    province.stop()
    province.register_roster()
    province.start()
    night = province.county / "night-0"
    for order in sorted(night.glob("area-order-*.json")):
        province.run("publish", str(order), "--key", province.key("SIM-COMMAND"), "--server", province.url)
    for results in sorted(night.glob("*.fhir.ndjson")):
        laboratory = results.name.split(".")[0]
        province.run("ingest", str(results), "--institution", laboratory, "--key", province.key(laboratory), "--server", province.url)
    home = json.loads((province.county / "roster.ndjson").read_text().splitlines()[0])["home"]
    return home[:4]


def show_diff(province, key, policy):
    diff = json.loads(province.run("policy", "diff", "henan-demo@1.0.0", str(policy), "--key", str(key), "--server", province.url,
                                   "--json"))
    worst = max(diff["days"], key=lambda day: day["worse"])
    say(f"   Of {diff['residents']} residents of the city, {diff['days'][0]['worse']} would be worse off now and "
        f"{worst['worse']} on day {worst['day']} (whose test is late by then).")
    for row in [row for row in diff["rules"] if row["day"] == worst["day"]][:2]:
        say(f"   {row['count']}: {row['before']['colour']} by {row['before']['rule']} -> {row['after']['colour']} by {row['after']['rule']}")
    if worst["worse"] == 0:
        raise Failed("the draft is stricter, but the diff finds nobody it is worse for")
    if not diff["sample"]:
        raise Failed("an authorised author sees a sample")
    public = json.loads(province.run("policy", "diff", "henan-demo@1.0.0", str(policy), "--key", str(key), "--server", province.url,
                                     "--public", "--json"))
    if "sample" in public or any(row["count"] % 10 for row in public["rules"]):
        raise Failed("the public form names residents or small counts")
    status, _, error = attempt("policy", "diff", "henan-demo@1.0.0", str(policy), "--key", province.key("SIM-LAB-01"), "--server", province.url)
    if status != 2 or "service.forbidden" not in error:
        raise Failed(f"a laboratory may not compare policies: {status} {error}")


def refuse(province, policy):
    status, _, error = attempt("publish", "--type", "policy", str(policy), *province.root_keys(), "--server", province.url)
    if "rules.proof_unavailable" in error:
        print("skipped: built without a solver; publishing a city's policy is refused, as it must be")
        sys.exit(77)
    if status != 2 or "service.stricter_than_province" not in error or "B8" not in error:
        raise Failed(f"a stricter policy must be refused with its rule: {status} {error}")
    for line in error.splitlines():
        say("   | " + line)
    answer = province.get_json("/v1/policies/refusals/" + hashlib.sha256(policy.read_bytes()).hexdigest())
    if not any(character >= "\u4e00" for character in answer["text"]["zh"]):
        raise Failed("the counterexample is not told in Chinese")


def main():
    province = Province(residents=400)
    try:
        say("1. The province's rules are in force. A late test is yellow (黄码).")
        city = set_up(province)
        key = command_of_the_province(province)
        policy = draft(province, city, "1.0.0")
        say(f"2. The city {city} drafts its own rules: a late test is red (红码). Its author asks whose colour would change.")
        show_diff(province, key, policy)
        say("3. The city publishes, with the signatures that any policy needs. The platform refuses, and shows somebody:")
        refuse(province, policy)
        say("4. The city asks the province, which signs an exception (例外): this policy, rule B8, until it ends. One signature is not enough.")
        document = exception(province, policy)
        status, _, error = attempt("publish", str(document), *province.root_keys(1), "--server", province.url)
        if status != 2 or "shard.not_authorised" not in error:
            raise Failed(f"one root key must not suffice: {status} {error}")
        province.run("publish", str(document), *province.root_keys(), "--server", province.url)
        say("5. Now the city's rules are published, with the record of what was proved about all its other rules.")
        province.run("publish", "--type", "policy", str(policy), *province.root_keys(), "--server", province.url)
        record = json.loads(province.get_json("/v1/proofs")["items"][0]["document"])
        say(f"   {record['question']} {record['verdict']} by {record['solver']}, left out: {', '.join(record['except_rules'])}")
        public = province.get_json("/v1/policy-exceptions?in_force=true")["items"]
        if [item["id"] for item in public] != ["HN-2022-X-7"] or record["except_rules"] != ["B8"]:
            raise Failed("the exception is not listed for everybody")
        say("6. The next draft is not covered: an exception names one document by its hash.")
        refuse(province, draft(province, city, "1.0.1"))
        province.stop()
        status, out, error = attempt("audit", str(province.data), "--prove", "--json")
        if status != 0 or "1 proof records proved again, 0 do not hold" not in error:
            raise Failed(f"the audit: {status} {out[-500:]} {error}")
        say("7. The audit replays everything, finds the record where the policy needs it, and proves it again. Nobody's word was needed.")
        print("1 passed, 0 failed")
    finally:
        province.close()


if __name__ == "__main__":
    run_as_test(main)
