"""4. Not us 不是我们: four institutions are asked who turned a code red; one did; the other three get a proof that they did not."""
import json
import time

from helpers import Province, add_institution, expect, finding, program, publish_lines, roster, run_as_test, say, title


def main():
    province = Province(residents=300)
    try:
        title("A red code and four institutions that shrug")
        province.register_roster()
        province.start()
        province.publish_documents()
        auditor = add_institution(province, "AUD-01", "auditor", "省审计组", "Provincial auditors")
        province.ingest_night()
        person = roster(province)[7]
        number = person["document_number"]
        publish_lines(province, "finding", [finding(person, "SIM-CDC", "CF-2022-0613-07")], province.key("SIM-CDC"))
        time.sleep(2.5)
        keys = str(province.ledger_keys())
        say("A resident's code is red. The community says it was the laboratory, the laboratory says the hospital, the hospital says the border post, "
            "and nobody says it was them. The auditors (省审计组) ask the ledger.")

        title("Who did it 是谁")
        bundle = province.folder / "who.json"
        out = province.run("who", number, "--key", auditor, "--purpose", "case 2022-0613", "--ledger-keys", keys, "--out", str(bundle),
                           "--server", province.url)
        print(out.strip())
        expect("SIM-CDC" in out and "CF-2022-0613-07" in out and "G-SIM-CDC" in out, "who does not name institution, record and grant")
        verified = json.loads(province.run("who", "--verify", str(bundle), "--ledger-keys", keys, "--json"))
        expect(verified["decision"]["colour"] == "red" and verified["decision"]["caused_by"] == "SIM-CDC", "the bundle says something else")

        title("Who did not 不是谁")
        laboratory = next(s["institution"]["id"] for s in verified["statements"] if s["kind"] == "test_result") \
            if any(s["kind"] == "test_result" for s in verified["statements"]) else "SIM-LAB-01"
        for institution in ("SIM-HOSPITAL", "SIM-BORDER", laboratory):
            proof = province.folder / f"not-{institution}.json"
            province.run("negative", "--institution", institution, "--resident", number, "--key", auditor, "--purpose", "case 2022-0613",
                         "--ledger-keys", keys, "--out", str(proof), "--server", province.url)
            checked = json.loads(province.run("negative", "--verify", str(proof), "--ledger-keys", keys, "--json"))
            expect(checked["accused"] == institution and checked["claim"] in ("none", "not_deciding"), f"{institution}: {checked['claim']}")
            say(f"{institution}: {checked['conclusion']['zh']} / {checked['conclusion']['en']}")
            # The file that may be handed over holds nobody's evidence.
            brief = province.folder / f"hand-over-{institution}.json"
            province.run("negative", "--institution", institution, "--resident", number, "--key", auditor, "--purpose", "case 2022-0613",
                         "--chain-only", "--ledger-keys", keys, "--out", str(brief), "--server", province.url)
            expect("CF-2022-0613-07" not in brief.read_text(), "the hand-over file holds evidence")
            # Turned against another institution, or changed, it proves nothing.
            forged = json.loads(proof.read_text())
            forged["accused"]["id"] = "SIM-CDC"
            (province.folder / "forged.json").write_text(json.dumps(forged))
            status, _, err = program("negative", "--verify", str(province.folder / "forged.json"), "--ledger-keys", keys)
            expect(status == 1 and "bundle_refused" in err, f"a forged proof for SIM-CDC was accepted: {err}")

        title("The one that did 做了的那家")
        status, _, err = program("negative", "--institution", "SIM-CDC", "--resident", number, "--key", auditor, "--purpose", "case 2022-0613",
                                 "--ledger-keys", keys, "--server", province.url)
        expect(status == 2 and "service.it_did" in err, f"SIM-CDC got a proof: {err}")
        say("SIM-CDC asks for the same and is refused: " + err.strip())
        status, _, err = program("negative", "--institution", "SIM-LAB-02", "--resident", number, "--key", province.key("SIM-CDC"),
                                 "--purpose", "curious", "--ledger-keys", keys, "--server", province.url)
        expect(status == 2 and "service.forbidden" in err, f"somebody who is no auditor was answered: {err}")
        say("Who is no auditor is not answered at all: " + err.strip())
        print("\n1 passed, 0 failed")
    finally:
        province.close()


if __name__ == "__main__":
    run_as_test(main)
