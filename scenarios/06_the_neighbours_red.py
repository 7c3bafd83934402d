"""6. The neighbour's red (邻省的红码).

Another province pushes a contact finding; the resident is red here and is told whose word it is and whom to call there. The
resident clears it there; the correction arrives by itself, with its proof, and is acknowledged. Two Mingma provinces, two programs.
"""
import json
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / place) for place in ("tests/program", "tests/http")]
from province import MINGMA, SOURCE, Province  # noqa: E402
from story import chapter, expect, instant, main, receipt, tell, until, write_json  # noqa: E402
from visitor import Visitor, resident_number  # noqa: E402


class Other(Province):
    """A province without a simulated county: institutions of its own, made here."""

    def __init__(self, code, zh, en):
        super().__init__(residents=50, nights=1, shards=1, seed=int(code))
        subprocess.run(["rm", "-rf", str(self.data), str(self.roots)], check=True)
        self.code = code
        self.run("init", str(self.data), "--province", code, "--name-zh", zh, "--name-en", en, "--shards", "1", "--demo-roots", str(self.roots))

    def start(self):
        self.server = subprocess.Popen([MINGMA, "serve", str(self.data), "--listen", f"127.0.0.1:{self.port}", "--demo", "--no-rate-limit",
                                        "--exchange-seconds", "1"], stdout=self.log, stderr=self.log)
        self.wait_ready()

    def publish(self, document, *keys, name=None):
        path = write_json(self.folder / f"{name or document['type']}-{document.get('id', 'x')}.json", document)
        return self.run("publish", path, *(keys or self.root_keys()), "--server", self.url)

    def institution(self, identifier, klass, zh, en, phone, kinds):
        key = self.folder / f"{identifier}.pem"
        self.run("key", "new", str(key))
        public = json.loads(self.run("key", "show", str(key), "--json"))
        self.publish({"type": "institution", "id": identifier, "class": klass, "name": {"zh": zh, "en": en}, "phone": phone,
                      "division": self.code + "01", "issued_at": instant(-60),
                      "keys": [{"key": "".join(public["public_key_pem"].split("-----")[2].split()), "from": instant(-3600), "until": instant(86400 * 365)}]})
        self.publish({"type": "grant", "id": f"G-{identifier}", "grantor": "root", "grantee": identifier, "kinds": kinds, "areas": [self.code],
                      "from": instant(-3600), "until": instant(86400 * 365), "may_delegate": False, "document_number": f"{self.code}-2022-1"})
        return key

    def policy(self):
        text = (SOURCE / "policies/henan-demo.json").read_text().replace('"jurisdiction": "41"', f'"jurisdiction": "{self.code}"')
        plain, dated = self.folder / "plain.json", self.folder / "dated.json"
        plain.write_text(text)
        self.run("policy", "date", str(plain), "--out", str(dated))
        self.run("publish", "--type", "policy", str(dated), *self.root_keys(), "--server", self.url)

    def trust(self, other, institution):
        document = self.folder / f"trust-{other.code}.json"
        self.run("exchange", "trust", other.url, "--institution", institution, "--phone", "12320", "--out", str(document))
        self.run("publish", str(document), *self.root_keys(), "--server", self.url)


def register(province, number, home):
    visitor = Visitor(province.port)
    visitor.sign_in(number)
    visitor.register(home)


def story():
    henan, shanxi = Other("41", "河南省", "Henan"), Other("14", "山西省", "Shanxi")
    try:
        henan.start()
        shanxi.start()
        chapter(1, "两省", "two provinces, each with its own root keys, ledger and pseudonyms; each one's roots trust the other's")
        henan.policy()
        shanxi.policy()
        cdc = shanxi.institution("TY-CDC", "cdc", "太原市疾控中心", "Taiyuan CDC", "0351-7654321", ["contact_finding"])
        henan.institution("P-14", "other_province", "山西省（外省来函）", "Shanxi, other province", "12320", ["contact_finding"])
        shanxi.institution("P-41", "other_province", "河南省（外省来函）", "Henan, other province", "12320", ["contact_finding"])
        henan.trust(shanxi, "P-14")
        shanxi.trust(henan, "P-41")
        traveller = resident_number(7)
        register(henan, traveller, "410102")
        register(shanxi, traveller, "140106")
        expect(receipt(henan, traveller)["colour"] == "green", "the traveller is green at home in Henan")

        chapter(2, "协查", "Taiyuan's CDC signs a contact finding, and an order that it be given to Henan")
        person = {"document_type": "resident_id", "document_number": traveller}
        shanxi.publish({"type": "statement", "institution": "TY-CDC", "person": person, "source_record": "CF-2022-77", "signed_at": instant(),
                        "evidence": {"kind": "contact_finding", "level": "close", "last_exposure_at": instant(-7200)}}, "--key", str(cdc), name="finding")
        shanxi.publish({"type": "export", "institution": "TY-CDC", "to": "41", "person": person, "record": "CF-2022-77",
                        "reason": "同车密切接触者 / close contact on a train", "signed_at": instant()}, "--key", str(cdc), name="order")
        red = until(30, "the traveller's code in Henan turns", lambda: (lambda r: r if r["colour"] == "red" else None)(receipt(henan, traveller)))
        cause = red["causes"][0]
        tell(f"red by rule {red['rule']}; on the word of {cause['institution']['name']['zh']}, telephone {cause['institution']['phone']}")
        expect(cause["institution"]["id"] == "14:TY-CDC", "the receipt names the institution of the origin")
        expect(red["responsible"][0]["phone"] == "0351-7654321", "and its telephone: nobody here says \"not us\"")
        expect(cause["origin"]["zh"] == "山西省", "and its province")
        until(20, "the acknowledgement", lambda: "everything" in shanxi.run("exchange", "list", "--server", shanxi.url, ok=(0, 1)))
        tell("Henan has acknowledged it, signed")

        chapter(3, "对岸停机", "Henan's centre goes down; meanwhile the traveller clears the finding in Taiyuan")
        henan.stop()
        shanxi.publish({"type": "correction", "institution": "TY-CDC", "person": person, "evidence": {"kind": "contact_finding"},
                        "source_record": "W-2022-9", "signed_at": instant(), "action": "withdraw", "earlier_record": "CF-2022-77",
                        "reason": "entered_in_error"}, "--key", str(cdc), name="withdrawal")
        waiting = shanxi.run("exchange", "list", "--server", shanxi.url, ok=(1,))
        expect("not acknowledged" in waiting, "the withdrawal follows the finding by itself, and is listed as unacknowledged for everybody to see")

        chapter(4, "更正抵达", "Henan is back; the correction arrives with its proof")
        henan.start()
        green = until(40, "the code turns back", lambda: (lambda r: r if r["colour"] == "green" else None)(receipt(henan, traveller)))
        expect(green["version"] > red["version"], "green again, by a new link of the same chain")
        until(20, "the acknowledgement", lambda: "everything" in shanxi.run("exchange", "list", "--server", shanxi.url, ok=(0, 1)))
        listed = json.loads(shanxi.run("exchange", "list", "--all", "--json", "--server", shanxi.url))["items"]
        expect(sorted(one["basis"] for one in listed) == ["correction", "order"] and all(one["outcome"] == "accepted" for one in listed),
               "both were acknowledged as accepted; each is a leaf of Shanxi's ledger")
        henan.stop()
        shanxi.stop()
        for province in (henan, shanxi):
            audit = json.loads(province.run("audit", str(province.data), "--json", ok=(0, 1)))
            expect(audit["clean"], f"the audit of province {province.code} holds every proof against its roots' trust again and is clean")
    finally:
        henan.close()
        shanxi.close()


if __name__ == "__main__":
    main(story)
