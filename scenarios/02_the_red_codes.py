"""2. The red codes (红码), the ways of people with keys: (a) findings in bulk, (b) false border entries, (f) two officers collude.

A list of people is to be turned red. Every way that an insider with a real key has is tried over the public interface, and ends as
docs/threat-model.md says: refused, held, or done in the open, under names. Ways of the operator are in the other script.
"""
import base64
import hashlib
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/program"))
from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: E402
from province import SOURCE, Province, run_as_test  # noqa: E402
from story import expect, instant, tell  # noqa: E402

BRAKE = 5  # residents one signer may make worse in an hour, in this province's policy


class Signer:
    """Somebody with an Ed25519 key file."""

    def __init__(self, province, name, file=None):
        self.file = file or province.folder / f"{name.replace('/', '-')}.pem"
        if file is None:
            province.run("key", "new", str(self.file))
        self.name = name
        self.key = load_pem_private_key(Path(self.file).read_bytes(), None)
        self.key_id = json.loads(province.run("key", "show", str(self.file), "--json"))["key_id"]

    def sign(self, kind, document):
        digest = hashlib.sha256(f"mingma/v1/{kind}\n".encode() + document.encode()).digest()
        return {"key": self.key_id, "signature": base64.b64encode(self.key.sign(digest)).decode()}


class Story:
    def __init__(self):
        self.province = Province(residents=600, nights=1, shards=1)
        self.count = 0

    def post(self, path, body):
        request = urllib.request.Request(self.province.url + path, data=json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return json.loads(refused.read())

    def open(self):
        province = self.province
        province.register_roster()
        province.start()
        policy = json.loads((SOURCE / "policies/henan-demo.json").read_text())
        policy["enforcement"] = {"hands": True, "brakes": True, "approved_by_other_institution": []}
        policy["brakes"]["signer_worse_per_hour"] = BRAKE
        draft = province.folder / "enforced.json"
        draft.write_text(json.dumps(policy, ensure_ascii=False, indent=2))
        province.publish_documents(policy=str(draft))
        self.people = [json.loads(line) for line in (province.county / "roster.ndjson").read_text().splitlines()]
        institutions = [json.loads(file.read_text()) for file in province.county.glob("documents/*-institution.json")]
        self.cdc = next(one["id"] for one in institutions if one["class"] == "cdc")
        self.community = next(one["id"] for one in institutions if one["class"] == "community")
        self.grant(self.community, ["border_entry"])

    def grant(self, grantee, kinds):
        path = self.province.folder / "extra-grant.json"
        path.write_text(json.dumps({"type": "grant", "id": "G-extra", "grantor": "root", "grantee": grantee, "kinds": kinds, "areas": ["41"],
                                    "from": instant(-3600), "until": instant(86400), "may_delegate": False, "document_number": "extra-1"}))
        self.province.run("publish", str(path), *self.province.root_keys(), "--server", self.province.url)

    def enrol(self, institution, name, role, zh, en):
        officer = Signer(self.province, f"{institution}/{name}")
        self.province.run("officer", "enrol", "--officer", officer.name, "--role", role, "--name-zh", zh, "--name-en", en, "--key", str(officer.file),
                          "--institution-key", self.province.key(institution), "--server", self.province.url)
        return officer

    def say(self, institution, person, evidence, signers):
        self.count += 1
        document = json.dumps({"type": "statement", "institution": institution,
                               "person": {"document_type": "resident_id", "document_number": person["document_number"]},
                               "evidence": evidence, "source_record": f"list-{self.count}", "signed_at": instant(-1)})
        return self.post("/v1/statements", {"type": "statement", "document": document,
                                            "signatures": [signer.sign("statement", document) for signer in signers]})

    def finding(self, person, signers):
        return self.say(self.cdc, person, {"kind": "contact_finding", "last_exposure_at": instant(-86400), "found_at": instant(-3600),
                                           "level": "close"}, signers)

    def approve(self, officer, statements):
        document = json.dumps({"type": "approval", "decision": "approve", "officer": officer.name, "statements": statements, "signed_at": instant(-1)})
        return self.post("/v1/approvals", {"type": "approval", "document": document, "signatures": [officer.sign("approval", document)]})

    def red(self):
        cells = self.province.get_json("/v1/statistics")["cells"]
        return sum(cell.get("count") or 0 for cell in cells if cell["colour"] == "red")

    def tell_it(self):
        province = self.province
        print("\n2. 红码 The red codes")
        tell("A list of people is to be turned red. Policy: two hands, a brake of "
             f"{BRAKE} worse an hour and signer; whoever is over it needs another institution.")
        self.open()
        ming = self.enrol(self.cdc, "ming", "executing", "明某", "Ming")
        li = self.enrol(self.cdc, "li", "approving", "李某", "Li")
        clerk = self.enrol(self.community, "clerk", "executing", "文员", "a clerk")
        time.sleep(2)  # the shards follow the new keys
        names = self.people[:40]

        print("\n(a) 社会管控部官员批量判定接触者  An officer of the social-control department signs contact findings in bulk")
        outcomes = [self.finding(person, [clerk]) for person in names[:10]]
        expect(all(one.get("code") == "shard.not_authorised" for one in outcomes), "an officer signs for nobody else's institution: shard.not_authorised")
        tell("He borrows the CDC's own officer Ming, who signs alone.")
        outcomes = [self.finding(person, [ming]) for person in names[:10]]
        expect(all(one["outcome"] == "held" for one in outcomes), "every finding is held: the approving hand is missing")
        holds = json.loads(province.run("holds", "list", "--key", str(li.file), "--server", province.url, "--json"))["items"]
        expect(len(holds) == 10 and all(hold["missing"] == ["approved"] for hold in holds), "the holds name who is missing: approved")
        expect(all(hold["given"][0]["officer"] == ming.name for hold in holds), "and who has signed: " + ming.name)

        print("\n(b) 社区冒充口岸  A community claims border entries")
        outcome = self.say(self.community, names[11], {"kind": "border_entry", "entered_at": instant(-3600)}, [clerk])
        expect(outcome.get("code") == "not_authorised", "even with a grant for the kind, only a border post signs an entry: not_authorised")
        outcome = self.say(self.community, names[11], {"kind": "arrival", "arrived_at": instant(-3600), "from": "abroad"}, [clerk])
        expect(outcome.get("outcome") != "accepted", "nor is an arrival from abroad taken from a community: " + str(outcome.get("code")))

        print("\n(f) 两名真官员合谋，守在限额之下  Two real officers collude, under the brake")
        done = []
        for person in names[12:12 + BRAKE]:
            done.append(self.finding(person, [ming, li])["outcome"])
        expect(done == ["accepted"] * BRAKE, f"{BRAKE} findings with both hands take effect: this is the honest limit")
        over = [self.finding(person, [ming, li]) for person in names[20:30]]
        expect(all(one["outcome"] == "held" for one in over), "the next ten are held: over the signer's brake another institution must approve")
        answer = self.approve(li, [one["statement"] for one in over])
        expect(all(item["outcome"] in ("same_person", "same_institution") for item in answer["items"]), "and the same two cannot approve them")

        province.stop()
        audit = province.run("audit", str(province.data), ok=(0, 1))
        expect("0 findings" in audit or "clean" in audit or "no findings" in audit.lower(), "the audit re-derives it all and finds every red lawful")
        tell(f"What took effect took effect under two names: {ming.name} and {li.name}.")
        print("1 passed, 0 failed")


def test():
    story = Story()
    try:
        story.tell_it()
    finally:
        story.province.close()


if __name__ == "__main__":
    run_as_test(test)
