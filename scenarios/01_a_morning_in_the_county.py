"""1. A morning in the county (县里的一个早晨).

Residents register; laboratories post a night's results; an area order raises a district's risk; codes turn; people show
them at doors whose phones are offline; horizons pass and codes turn back by themselves. Told with 5,000 residents, so that it is
quick; MINGMA_SCENARIO_RESIDENTS=20000 tells it of the whole county.
"""
import json
import os
import shutil
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / place) for place in ("tests/program", "tests/http")]
from province import Province  # noqa: E402
from story import Door, Phone, chapter, expect, instant, main, receipt, tell, until, write_json  # noqa: E402

RESIDENTS = int(os.environ.get("MINGMA_SCENARIO_RESIDENTS", "5000"))
ORDER_SECONDS = 25


def colours(province):
    counts = {}
    for cell in province.get_json("/v1/statistics")["cells"]:
        if "rule" not in cell and "count" in cell:
            counts[cell["colour"]] = counts.get(cell["colour"], 0) + cell["count"]
    return counts


def story():
    province = Province(residents=50, nights=1, shards=2)
    try:
        # The night before last, so that whatever the hour of the run is, everything in it was signed before now.
        evening = (datetime.now(timezone(timedelta(hours=8))) - timedelta(days=2)).strftime("%Y-%m-%dT18:00:00+08:00")
        shutil.rmtree(province.county)
        province.run("simulate", str(province.county), "--residents", str(RESIDENTS), "--nights", "1", "--seed", "1",
                     "--first-evening", evening)
        chapter(1, "登记", f"{RESIDENTS:,} residents register; their numbers become pseudonyms, their names rest sealed")
        began = time.monotonic()
        province.register_roster()
        tell(f"registered in {time.monotonic() - began:.1f} s")
        province.start()
        chapter(2, "规则集与授权", "institutions, grants and the policy are published, each signed by two of three root keys")
        province.publish_documents()
        people = [json.loads(line) for line in (province.county / "roster.ndjson").read_text().splitlines()]

        chapter(3, "一夜结果", "laboratories post the night's results; each manifest is signed, each line has an outcome")
        began = time.monotonic()
        province.ingest_night()
        for feed in sorted(province.county.glob("night-0/*.statements.ndjson")):
            institution = feed.name.split(".")[0]
            province.run("publish", "--lines", str(feed), "--key", province.key(institution), "--server", province.url)
        tell(f"taken in {time.monotonic() - began:.1f} s")

        chapter(4, "区域管控令", "an order raises one district to high risk, for half a minute of this story")
        district = people[0]["home"][:6]
        somebody, before = None, None
        for person in people:
            if not person["home"].startswith(district):
                continue
            before = receipt(province, person["document_number"])
            if before["colour"] == "green":
                somebody = person
                break
        expect(somebody is not None, f"a green resident lives in district {district}")
        order = write_json(province.folder / "order.json", {
            "type": "area_order", "number": "S1-2022-1", "issuer": "root", "area": district, "level": "high", "lockdown": "lockdown",
            "test_interval_hours": 24, "from": instant(), "until": instant(ORDER_SECONDS),
            "reason": {"zh": "示范", "en": "demonstration"}})
        published = time.monotonic()
        province.run("publish", order, *province.root_keys(), "--server", province.url)
        turned = until(15, "the code turns", lambda: (lambda r: r if r["colour"] != "green" else None)(
            receipt(province, somebody["document_number"])))
        tell(f"turned {turned['colour']} after {time.monotonic() - published:.1f} s, by rule {turned['rule']} "
             f"{turned['rule_title']['zh']}")
        expect(turned["reason"]["zh"] and turned["way_out"]["zh"], f"the receipt says why and the way out: {turned['way_out']['zh']}")
        if RESIDENTS <= 2000 or colours(province):
            tell(f"figures of the province: {colours(province)}")

        chapter(5, "离线验码", "the phone shows, the door verifies; then the network is gone and both still do")
        phone, door = Phone(province, somebody["document_number"]), Door(province)
        phone.refresh()
        online = door.verdict(phone.show())
        expect(online["verdict"] == turned["colour"], f"the door reads {turned['colour']}, {online['zh']}")
        screenshot = phone.show()

        chapter(6, "到期自转", "the order's time passes; nobody presses anything")
        again = until(ORDER_SECONDS + 20, "the code turns back", lambda: (lambda r: r if r["colour"] == "green" else None)(
            receipt(province, somebody["document_number"])))
        expect(again["version"] > turned["version"], f"version {again['version']} of the chain: green again, by rule {again['rule']}")
        phone.refresh()
        door.fetch()
        province.stop()
        expect(door.verdict(phone.show())["verdict"] == "green", "the door reads green while the centre is not reachable at all")
        old = door.verdict(screenshot, at=instant(70))["verdict"]
        expect(old in ("screenshot_or_clock_off", "expired"), f"a picture of the code is worth nothing a minute later: {old}")
        audit = json.loads(province.run("audit", str(province.data), "--json", ok=(0, 1)))
        expect(audit["clean"], "the audit derives every colour of the morning again and is clean")
    finally:
        province.close()


if __name__ == "__main__":
    main(story)
