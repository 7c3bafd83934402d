"""10. Someone looked (有人查过): a hotline agent looks up a neighbour without a case; the resident sees it; the auditor is told."""
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/program"), str(ROOT / "tests/http")]
from province import Province, run_as_test  # noqa: E402
from story import expect, tell, until  # noqa: E402
from visitor import Visitor, resident_number  # noqa: E402


def enrol_officer(province, institution, name, role):
    """An officer with a key file, vouched for by the institution. Returns the key file."""
    key = province.folder / f"{name}.pem"
    province.run("key", "new", str(key))
    province.run("officer", "enrol", "--officer", f"{institution}/{name}", "--role", role, "--name-zh", "话务员", "--name-en", "agent",
                 "--key", str(key), "--institution-key", province.key(institution), "--server", province.url)
    time.sleep(2)  # the shards follow the new key
    return str(key)


def story():
    province = Province(residents=50, nights=1, shards=1)
    try:
        province.start()
        province.publish_documents()
        number = resident_number(10)
        visitor = Visitor(province.port)
        visitor.sign_in(number, "赵六")
        visitor.register("410103")

        print("Nobody has looked at this resident yet.")
        expect(visitor.ask("GET", "/v1/me/lookups")["items"] == [], "the list of look-ups 查询记录 is empty")
        key = enrol_officer(province, "SIM-COMMUNITY", "agent.li", "hotline")
        staff = ("--key", key, "--server", province.url)

        print("A hotline agent is curious about a neighbour. Curiosity is no duty.")
        refused = province.run("case", "look-up", "--document", number, "--duty", "mandate", "--note", "?", *staff, ok=(2,))
        expect("items" not in refused, "a duty that the role does not have is refused, and nothing is shown")
        expect(visitor.ask("GET", "/v1/me/lookups")["items"] == [], "and nothing was read")

        print("So the agent says that the neighbour is on the line.")
        seen = json.loads(province.run("case", "look-up", "--document", number, "--duty", "caller", *staff, "--json"))
        expect(seen["receipt"]["colour"] == "green", "the agent sees what the resident's own receipt says")
        expect("leaf" not in seen["receipt"] or "opening" not in seen["receipt"]["leaf"], "without the secrets of its proof")
        expect("no_case" in seen["look_up"]["flags"], "the look-up is flagged: there is no case")

        print("The resident opens the page.")
        items = visitor.ask("GET", "/v1/me/lookups")["items"]
        expect(len(items) == 1, "there it is")
        one = items[0]
        tell(f"{one['at']}  {one['reader']}, {one['institution']['name']['zh']}: {one['duty_words']['zh']} {one['flags']}")
        expect(one["reader"] == "SIM-COMMUNITY/agent.li", "with the officer's name")
        expect(one["role"] == "hotline" and one["duty"] == "caller", "the role and the stated purpose")

        print("The auditors are told: it is an alarm 告警, public and with its leaf.")
        alarm = until(20, "the alarm", lambda: next((item for item in province.get_json("/v1/alarms")["items"]
                                                     if "look_up_without_case" in json.dumps(item)), None))
        expect("SIM-COMMUNITY" in json.dumps(alarm), "it names the institution, and nobody else")
        expect(number not in json.dumps(alarm) and "agent.li" not in json.dumps(alarm), "neither the resident nor the officer")

        print("It cannot be taken back: it is an event and a leaf, and the audit knows it.")
        province.stop()
        report = json.loads(province.run("audit", str(province.data), "--json"))
        expect(report["clean"], "the audit is clean")
        print("1 passed, 0 failed")
    finally:
        province.close()


run_as_test(story)
