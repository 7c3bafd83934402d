"""5. Nobody answers (无人答复): an appeal meets silence; at the deadline the statement is suspended and the colour decided again."""
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/program"), str(ROOT / "tests/http")]
from helpers import finding  # noqa: E402
from province import Province, run_as_test  # noqa: E402
from story import expect, tell, write_json  # noqa: E402
from visitor import Visitor, resident_number  # noqa: E402


def resident(province, number):
    visitor = Visitor(province.port)
    visitor.sign_in(number, "李四")
    return visitor


def story():
    province = Province(residents=50, nights=1, shards=2)
    try:
        province.start()
        province.publish_documents()
        number = resident_number(5)
        visitor = resident(province, number)
        visitor.register("410103")
        print("A resident's code is green 绿码.")
        expect(visitor.ask("GET", "/v1/me/receipt")["colour"] == "green", "the code is green")

        print("The CDC signs that they were a close contact 密切接触者.")
        file = write_json(province.folder / "finding.json", finding({"document_number": number}, "SIM-CDC", "C-2022-0613", exposure=-5 * 3600))
        province.run("publish", file, "--key", province.key("SIM-CDC"), "--server", province.url)
        receipt = visitor.ask("GET", "/v1/me/receipt")
        expect(receipt["colour"] != "green", f"the code is {receipt['colour']}, by rule {receipt['rule']}")

        print("The resident was never there, and appeals 申诉.")
        case = visitor.ask("POST", "/v1/me/cases", {"text": "我没有去过那里。"})
        ticket = case["ticket"]
        tell(f"ticket {ticket}")
        for deadline in case["deadlines"]:
            tell(f"{deadline['step_words']['zh']} / {deadline['step_words']['en']}: by {deadline['at']}")
        expect([s["source_record"] for s in case["statements"]] == ["C-2022-0613"], "the case names the one statement that decides")
        expect(visitor.ask("GET", "/v1/me/receipt")["cases"][0]["ticket"] == ticket, "the receipt shows the open case")
        expect(case["decision"]["version"] == receipt["version"], "case page and receipt read the same decision")

        print("The CDC finds the request on its worklist, and says nothing.")
        work = json.loads(province.run("case", "list", "--key", province.key("SIM-CDC"), "--server", province.url, "--json"))
        expect(work["items"][0]["ticket"] == ticket and work["items"][0]["actions"] == ["reply"], "it is asked to reply")

        print("A day passes.")
        province.stop()
        province.start("--demo-clock-ahead", "1")
        visitor = resident(province, number)
        case = visitor.ask("GET", f"/v1/me/cases/{ticket}")
        statement = case["statements"][0]
        expect(statement["answer"] == "defaulted" and statement["status"] == "suspended", "the statement is suspended 证据已中止")
        expect(case["end"] == "suspended_by_default", f"the case ended: {case['end_words']['zh']} / {case['end_words']['en']}")
        expect(any(s["kind"] == "defaulted" and s["institution"]["id"] == "SIM-CDC" for s in case["steps"]), "SIM-CDC is on record for its silence")
        expect(visitor.ask("GET", "/v1/me/receipt")["colour"] == "green", "the code is green again")

        print("The CDC sends the same finding again.")
        answer = province.run("publish", file, "--key", province.key("SIM-CDC"), "--server", province.url)
        expect("duplicate" in answer, "it says nothing new: duplicate")
        expect(visitor.ask("GET", "/v1/me/receipt")["colour"] == "green", "and the code stays green")

        print("The audit replays everything.")
        province.stop()
        report = json.loads(province.run("audit", str(province.data), "--json"))
        expect(report["clean"], "it is clean")
        print("1 passed, 0 failed")
    finally:
        province.close()


run_as_test(story)
