"""9. The end (到期与销毁): the policy expires, colours become none, keys are destroyed; the ledger still verifies and every proof holds."""
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/program"), str(ROOT / "tests/http")]
from helpers import finding  # noqa: E402
from province import Province, run_as_test  # noqa: E402
from story import expect, tell, write_json  # noqa: E402
from visitor import Visitor, resident_number  # noqa: E402


def resident(province, number):
    visitor = Visitor(province.port)
    visitor.sign_in(number, "王五")
    return visitor


def story():
    province = Province(residents=50, nights=1, shards=2)
    try:
        province.start()
        province.publish_documents()
        number = resident_number(9)
        visitor = resident(province, number)
        visitor.register("410103")
        file = write_json(province.folder / "finding.json", finding({"document_number": number}, "SIM-CDC", "C-1", exposure=-5 * 3600))
        province.run("publish", file, "--key", province.key("SIM-CDC"), "--server", province.url)
        print("A policy is in force, and somebody's code is not green.")
        expect(visitor.ask("GET", "/v1/me/receipt")["colour"] in ("red", "yellow"), "the code is red or yellow")
        print("The resident keeps the proof of that decision.")
        time.sleep(2.5)  # until a checkpoint covers it
        proof, entry = province.folder / "my.tlog-proof", province.folder / "my.bin"
        province.run("why", "--document", number, "--server", province.url, "--proof", str(proof), "--entry", str(entry))
        keys = province.ledger_keys()

        print("Four months pass; nobody publishes a policy.")
        province.stop()
        province.start("--demo-clock-ahead", "120")
        visitor = resident(province, number)
        receipt = visitor.ask("GET", "/v1/me/receipt")
        expect(receipt["colour"] == "none", "there is no colour without a policy 无码: " + receipt["reason"]["zh"])

        print("Statements are past their days; the operator runs `mingma retention`.")
        province.stop()
        done = json.loads(province.run("retention", str(province.data), "--demo-clock-ahead", "120", "--json"))
        expect(done["expired_statements"] == 1, "the contact finding is no fact any more")
        expect(any("contact_finding" in one for one in done["destroyed_keys"]), "the key of its body is destroyed")
        expect(not any("persons" in one for one in done["destroyed_keys"]), "persons' keys are not: the longest retention is a year")

        print("Two years later nothing is kept any more.")
        due = json.loads(province.run("retention", str(province.data), "--demo-clock-ahead", "700", "--dry-run", "--json"))
        expect(any("persons" in one for one in due["destroyed_keys"]), "persons' keys are due")
        done = json.loads(province.run("retention", str(province.data), "--demo-clock-ahead", "700", "--json"))
        expect(any("persons" in one for one in done["destroyed_keys"]), "and are destroyed, on record")
        again = json.loads(province.run("retention", str(province.data), "--demo-clock-ahead", "700", "--json"))
        expect(again == {"expired_statements": 0, "destroyed_keys": []}, "run again it has nothing to do")

        print("The ledger, the proof and the audit.")
        report = json.loads(province.run("audit", str(province.data), "--json"))
        expect(report["clean"], "the audit is clean")
        unopened = sum(shard["unopened"] for shard in report["shards"])
        expect(unopened > 0, f"and says that {unopened} records can no longer be opened")
        province.start("--demo-clock-ahead", "700")
        province.run("ledger", "check", str(proof), "--key", str(keys), "--entry", str(entry))
        province.run("ledger", "verify", province.url + "/ledger/2", "--key", str(keys))
        tell("ok: the proof of two years ago verifies")
        print("1 passed, 0 failed")
    finally:
        province.close()


run_as_test(story)
