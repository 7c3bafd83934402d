"""7. The centre is down (早高峰，中心宕机).

At 08:30 the centre is killed in the middle of its work. Phones keep showing, doors keep verifying, paper works. It comes
back: nothing that was answered is lost, what is sent again is not doubled, and a lost sheet stays lost.
"""
import json
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / place) for place in ("tests/program", "tests/http")]
from province import MINGMA, Province  # noqa: E402
from story import Door, Phone, chapter, expect, main, receipt, tell, until  # noqa: E402


def paper(province, number, *arguments):
    return json.loads(province.run("code", "paper", "--document", number, "--server", province.url, "--json", *arguments))


def state(province, number):
    found = receipt(province, number)
    return found["colour"], found["version"], found["leaf"]["index"]


def story():
    province = Province(residents=3000, nights=1, shards=2)
    try:
        province.register_roster()
        province.start()
        province.publish_documents()
        people = [json.loads(line) for line in (province.county / "roster.ndjson").read_text().splitlines()]
        numbers = [person["document_number"] for person in people]
        feeds = sorted(province.county.glob("night-0/*.fhir.ndjson"))

        chapter(1, "08:00", "before: a phone, a sheet for someone without a phone, a second sheet that gets lost, a door")
        phone = Phone(province, numbers[0])
        phone.refresh()
        sheet, lost = paper(province, numbers[1]), paper(province, numbers[2])
        expect(sheet["state"] == "valid" and sheet["text"].startswith("HC1:"), f"a sheet valid until {sheet['expires_at']}")
        tell("it says what it proves: " + sheet["proves"]["en"])
        door = Door(province)
        expect(door.verdict(lost["text"])["verdict"] == "green", "the second sheet is good at the door")
        province.run("code", "paper", "--document", numbers[2], "--server", province.url, "--revoke", lost["id"], "--reason", "lost")
        expect(door.verdict(lost["text"])["verdict"] == "green", "revoked, but this door does not know yet: its pack is older")
        door.fetch()
        expect(door.verdict(lost["text"])["verdict"] == "revoked", "with the next trust pack it does")

        chapter(2, "08:30", "a laboratory is sending; the centre is killed in the middle of it (kill -9)")
        before = {number: state(province, number) for number in numbers[:6]}
        institution = feeds[0].name.split(".")[0]
        sending = subprocess.Popen([MINGMA, "ingest", str(feeds[0]), "--institution", institution, "--key", province.key(institution),
                                    "--server", province.url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.15)
        province.kill()
        sending.wait(timeout=120)
        tell(f"the laboratory's program ended with status {sending.returncode}; whatever it was, it will send again")

        chapter(3, "宕机期间", "while it is down")
        shown = door.verdict(phone.show())
        expect(shown["verdict"] == "green", f"the phone makes a fresh proof by itself, and the door reads: {shown['zh']}")
        picture = phone.show()
        paper_shown = door.verdict(sheet["text"])
        expect(paper_shown["verdict"] == "green" and paper_shown["paper"], f"paper works: {paper_shown['name_mask']} ...{paper_shown['document_digits']}")
        expect(door.verdict(lost["text"])["verdict"] == "revoked", "the lost sheet is refused")
        time.sleep(1)
        expect(door.verdict("MM1:" + picture[4:-1])["verdict"] == "not_a_health_code", "what is no code is called so, not \"error\"")

        chapter(4, "恢复", "it is back")
        province.start()
        after = {number: state(province, number) for number in numbers[:6]}
        expect(all(after[number][1] >= before[number][1] for number in before), "no decision that was shown is gone")
        listed = json.loads(province.run("code", "paper", "--document", numbers[2], "--server", province.url, "--list", "--json"))["items"]
        expect([one["state"] for one in listed] == ["revoked"], "the lost sheet is still revoked")
        again = json.loads(province.run("code", "paper", "--document", numbers[1], "--server", province.url, "--print", sheet["id"], "--json"))
        expect(again["id"] == sheet["id"] and again["expires_at"] == sheet["expires_at"], "the good one prints again, the same")

        chapter(5, "重发", "the laboratory sends everything again, and once more")
        for feed in feeds:
            name = feed.name.split(".")[0]
            province.run("ingest", str(feed), "--institution", name, "--key", province.key(name), "--server", province.url)
        leaves = lambda: sum(shard["leaves"] for shard in province.get_json("/readyz")["shards"] if shard["shard"] > 0)  # noqa: E731
        first = until(20, "the shards are quiet", lambda: (lambda a: a if not time.sleep(1) and a == leaves() else None)(leaves()))
        for feed in feeds:
            name = feed.name.split(".")[0]
            province.run("ingest", str(feed), "--institution", name, "--key", province.key(name), "--server", province.url)
        expect(leaves() == first, f"{first:,} leaves before and after: nothing is doubled")
        province.stop()
        audit = json.loads(province.run("audit", str(province.data), "--json", ok=(0, 1)))
        expect(audit["clean"], "the audit is clean: no event lost, none twice, every colour explained")
    finally:
        province.close()


if __name__ == "__main__":
    main(story)
