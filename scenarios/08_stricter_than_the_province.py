"""Scenario 8: stricter than the province (码上加码).

A city drafts a policy that reddens people whom the province leaves yellow. The draft's author sees whose colour would change;
publishing is refused with a person as the counterexample; the province signs a dated exception, a public leaf; then the city's
policy is published, with the record of its proof. The audit proves the record again.
"""
import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "program"))
from helpers import add_institution, program  # noqa: E402
from province import SOURCE, Province, run_as_test  # noqa: E402
from story import chapter, expect, tell  # noqa: E402


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
    for order in sorted(province.county.glob("night-0/area-order-*.json")):
        province.run("publish", str(order), "--key", province.key("SIM-COMMAND"), "--server", province.url)
    province.ingest_night()
    home = json.loads((province.county / "roster.ndjson").read_text().splitlines()[0])["home"]
    return home[:4]


def show_diff(province, key, policy):
    def diff(*more):
        return json.loads(province.run("policy", "diff", "henan-demo@1.0.0", str(policy), "--key", str(key), "--server", province.url,
                                       "--json", *more))

    full = diff()
    worst = max(full["days"], key=lambda day: day["worse"])
    tell(f"of {full['residents']} residents of the city, {full['days'][0]['worse']} would be worse off now and "
         f"{worst['worse']} on day {worst['day']} (whose test is late by then)")
    for row in [row for row in full["rules"] if row["day"] == worst["day"]][:2]:
        tell(f"{row['count']}: {row['before']['colour']} by {row['before']['rule']} -> {row['after']['colour']} by {row['after']['rule']}")
    expect(worst["worse"] > 0, "the diff finds somebody for whom the draft is worse")
    expect(full["sample"], "an authorised author sees a sample of them")
    public = diff("--public")
    expect("sample" not in public and not any(row["count"] % 10 for row in public["rules"]),
           "the public form names nobody and counts in tens")
    status, _, error = program("policy", "diff", "henan-demo@1.0.0", str(policy), "--key", province.key("SIM-LAB-01"), "--server", province.url)
    expect(status == 2 and "service.forbidden" in error, "a laboratory may not compare policies")


def refuse(province, policy):
    status, _, error = program("publish", "--type", "policy", str(policy), *province.root_keys(), "--server", province.url)
    if "rules.proof_unavailable" in error:
        print("skipped: built without a solver; publishing a city's policy is refused, as it must be")
        sys.exit(77)
    for line in filter(None, error.splitlines()):
        tell("| " + line)
    expect(status == 2 and "service.stricter_than_province" in error and "B8" in error, "the stricter policy is refused with its rule named")
    answer = province.get_json("/v1/policies/refusals/" + hashlib.sha256(policy.read_bytes()).hexdigest())
    expect(any(character >= "\u4e00" for character in answer["text"]["zh"]), "the person is shown in Chinese too, for everybody to read")


def main():
    province = Province(residents=400)
    try:
        chapter(1, "全省统一规则:检测逾期为黄码。", "The province's rules are in force: a late test is yellow.")
        city = set_up(province)
        key = add_institution(province, "HN-COMMAND", "command", "省疫情防控指挥部", "Provincial epidemic command")
        policy = draft(province, city, "1.0.0")
        chapter(2, f"{city}市拟稿:检测逾期即红码。谁会变色?", "The city drafts: a late test is red. Its author asks whose colour would change.")
        show_diff(province, key, policy)
        chapter(3, "发布被拒,并给出一个人。", "The city publishes with the signatures that any policy needs. The platform refuses, and shows somebody.")
        refuse(province, policy)
        chapter(4, "请省里签发例外。", "The city asks the province for an exception: this policy, rule B8, until it ends.")
        document = exception(province, policy)
        status, _, error = program("publish", str(document), *province.root_keys(1), "--server", province.url)
        expect(status == 2 and "shard.not_authorised" in error, "one root key does not suffice")
        province.run("publish", str(document), *province.root_keys(), "--server", province.url)
        chapter(5, "现在可以发布,附证明记录。", "Now the city's rules are published, with the record of what was proved about all its other rules.")
        province.run("publish", "--type", "policy", str(policy), *province.root_keys(), "--server", province.url)
        record = json.loads(province.get_json("/v1/proofs")["items"][0]["document"])
        tell(f"{record['question']} {record['verdict']} by {record['solver']}, left out: {', '.join(record['except_rules'])}")
        public = province.get_json("/v1/policy-exceptions?in_force=true")["items"]
        expect([item["id"] for item in public] == ["HN-2022-X-7"] and record["except_rules"] == ["B8"], "the exception is listed for everybody")
        chapter(6, "改一个字就不再适用。", "The next draft is not covered: an exception names one document by its hash.")
        refuse(province, draft(province, city, "1.0.1"))
        province.stop()
        chapter(7, "稽核重放并重证。", "The audit replays everything, finds the record where the policy needs it, and proves it again.")
        status, out, error = program("audit", str(province.data), "--prove", "--json")
        expect(status == 0 and "1 proof records proved again, 0 do not hold" in error, f"the audit is clean: {out[-500:] if status else 'yes'}")
        print("1 passed, 0 failed")
    finally:
        province.close()


if __name__ == "__main__":
    run_as_test(main)
