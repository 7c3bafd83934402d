"""3. Cleared, and red again an hour later (刚转绿又变红): a community worker helps a resident clear a wrong finding; the same institution signs
it again; it is held; the resident sees why."""
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/program"), str(ROOT / "tests/http")]
from helpers import finding  # noqa: E402
from province import SOURCE, Province, run_as_test  # noqa: E402
from story import expect, tell, write_json  # noqa: E402
from visitor import Visitor, resident_number  # noqa: E402


class Story:
    def __init__(self):
        self.province = Province(residents=50, nights=1, shards=2)
        self.number = resident_number(3)

    def mingma(self, *arguments, ok=(0,)):
        return self.province.run(*arguments, "--server", self.province.url, ok=ok)

    def enrol(self, institution, name, role, zh, en):
        key = self.province.folder / f"{name}.pem"
        self.province.run("key", "new", str(key))
        self.mingma("officer", "enrol", "--officer", f"{institution}/{name}", "--role", role, "--name-zh", zh, "--name-en", en, "--key", str(key),
                    "--institution-key", self.province.key(institution))
        return str(key)

    def mine(self, path):
        return self.visitor.ask("GET", path)

    def publish_finding(self, record):
        document = finding({"document_number": self.number}, "SIM-CDC", record, exposure=-5 * 3600)
        return self.mingma("publish", write_json(self.province.folder / f"{record}.json", document), "--key", self.province.key("SIM-CDC"))

    def tell_it(self):
        province = self.province
        province.start()
        policy = json.loads((SOURCE / "policies/henan-demo.json").read_text())
        policy["enforcement"] = {"hands": False, "brakes": True, "approved_by_other_institution": []}
        draft = province.folder / "enforced.json"
        draft.write_text(json.dumps(policy, ensure_ascii=False, indent=2))
        province.publish_documents(policy=str(draft))
        worker = self.enrol("SIM-COMMUNITY", "zhao", "community", "赵某", "Zhao")
        approver = self.enrol("SIM-HOSPITAL", "qian", "approving", "钱某", "Qian")
        agent = self.enrol("SIM-COMMUNITY", "li", "hotline", "话务员李某", "Li, hotline")
        time.sleep(2)  # the shards follow the new keys
        self.visitor = Visitor(province.port)
        self.visitor.sign_in(self.number, "孙七")
        self.visitor.register("410103")

        print("The CDC finds that a resident was a close contact 密切接触者. They were not.")
        self.publish_finding("C-0613-1")
        expect(self.mine("/v1/me/receipt")["colour"] in ("red", "yellow"), "the code is no longer green")

        print("A community worker 社区工作者 visits, and opens an appeal for the resident, who signs a paper saying so.")
        case = json.loads(self.mingma("case", "open", "--document", self.number, "--key", worker, "--channel", "community", "--consent", "signed",
                                      "--text", "当天在家，有邻居作证。", "--json"))
        ticket = case["ticket"]
        expect(case["consent"] == "signed" and case["opener"]["id"] == "SIM-COMMUNITY", "who opened it, and how the resident agreed, is on record")
        same = json.loads(self.mingma("case", "open", "--document", self.number, "--key", agent, "--channel", "hotline", "--consent",
                                      "spoken_on_phone", "--json"))
        expect(same["ticket"] == ticket, f"the hotline gets the same ticket {ticket}")
        expect(self.mine("/v1/me/cases")["items"][0]["ticket"] == ticket, "and so does the resident's page")

        print("The CDC finds it on its list, looks into its register, and cannot substantiate it 无法核实.")
        work = json.loads(self.mingma("case", "list", "--key", province.key("SIM-CDC"), "--action", "reply", "--json"))["items"]
        expect([item["ticket"] for item in work] == [ticket], "the request to substantiate waits for the CDC, with its deadline")
        asked = work[0]["asked"][0]
        expect(asked["source_record"] == "C-0613-1", "it names the source record")
        refused = self.mingma("case", "reply", ticket, "--key", province.key("SIM-HOSPITAL"), "--institution", "SIM-HOSPITAL", "--statement",
                              asked["statement"], "--answer", "not_substantiated", ok=(2,))
        expect("done" not in refused, "nobody else may answer for it")
        self.mingma("case", "reply", ticket, "--key", province.key("SIM-CDC"), "--institution", "SIM-CDC", "--statement", asked["statement"],
                    "--answer", "not_substantiated", "--grounds", "登记册无此人")
        case = self.mine(f"/v1/me/cases/{ticket}")
        expect(case["end"] == "corrected" and case["statements"][0]["status"] == "suspended", "the statement is suspended and the case has ended")
        expect(self.mine("/v1/me/receipt")["colour"] == "green", "the code is green 绿码")
        self.mingma("case", "reply", ticket, "--key", province.key("SIM-CDC"), "--institution", "SIM-CDC", "--statement", asked["statement"],
                    "--answer", "not_substantiated", ok=(2,))
        tell("ok: a second reply is refused")

        print("An hour later the same institution signs the same again, under another number.")
        self.publish_finding("C-0613-2")
        receipt = self.mine("/v1/me/receipt")
        expect(receipt["colour"] == "green", "the code stays green: the statement is held 暂缓")
        held = [cause for cause in receipt["causes"] if cause.get("status") == "held"]
        expect(len(held) == 1 and held[0]["held_for"] == ["flip_back"] and held[0]["source_record"] == "C-0613-2",
               "the resident sees it, whose it is, and why it is held: flip_back, they were cleared of this just now")
        holds = json.loads(self.mingma("holds", "list", "--key", approver, "--json"))["items"]
        expect(holds[0]["reasons"] == ["flip_back"] and "other_institution" in holds[0]["missing"],
               "another institution's hand is missing, and its officers see that")

        print("Another institution looks, and refuses 不予同意.")
        self.mingma("holds", "refuse", "--key", approver, "--officer", "SIM-HOSPITAL/qian", holds[0]["statement"], "--reason", "no such contact")
        receipt = self.mine("/v1/me/receipt")
        expect(receipt["colour"] == "green" and not [c for c in receipt["causes"] if c.get("status") == "held"], "it never counts")

        print("The resident calls the hotline 12345 with the ticket.")
        answer = json.loads(self.mingma("case", "answer", ticket, "--key", agent, "--json"))
        tell(answer["answer"]["zh"])
        tell(answer["answer"]["en"])
        expect("绿码" in answer["answer"]["zh"] and ticket in answer["answer"]["zh"], "the agent reads what the resident's page says")
        looked = self.mine("/v1/me/lookups")["items"]
        expect(any(one["reader"] == "SIM-COMMUNITY/li" and one.get("ticket") == ticket for one in looked), "and the look-up stands on the resident's page")

        print("A shop asks to see the colour; the resident has no phone at hand and reads out a code 授权码.")
        status, _, body = self.visitor.call("POST", "/v1/me/authorisations", {})
        code = json.loads(body)["code"]
        wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
        self.mingma("case", "look-up", "--document", self.number, "--duty", "authorised", "--code", wrong, "--key", worker, ok=(2,))
        seen = json.loads(self.mingma("case", "look-up", "--document", self.number, "--duty", "authorised", "--code", code, "--key", worker, "--json"))
        expect(status == 201 and seen["decision"]["colour"] == "green" and "receipt" not in seen and seen["cases"] == [],
               "with the code staff see the colour and nothing else; with a wrong one, nothing")

        print("The audit replays everything.")
        province.stop()
        report = json.loads(province.run("audit", str(province.data), "--json"))
        expect(report["clean"], "it is clean")
        print("1 passed, 0 failed")


def story():
    one = Story()
    try:
        one.tell_it()
    finally:
        one.province.close()


run_as_test(story)
