"""11. The newspaper 报社自己数: with a public address and a trust file only, a reader's own program finds the day, the rule and who."""
import contextlib
import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from helpers import Province, expect, finding, publish_lines, roster, run_as_test, say, title

READER = Path(__file__).resolve().parent / "reader/newspaper.py"


@contextlib.contextmanager
def changed_copy(url):
    """The same ledgers at another address, with one bit of the last bundle of shard 1 changed."""
    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with urllib.request.urlopen(url + self.path, timeout=30) as answer:
                body = bytearray(answer.read())
            if "/1/tile/entries/000" in self.path:
                body[40] ^= 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def read(province, trust, url=None):
    done = subprocess.run([sys.executable, str(READER), url or province.url, str(trust)], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def main():
    province = Province(residents=400)
    try:
        title("A county, an ordinary night of tests, and then forty red codes")
        province.register_roster()
        province.start()
        province.publish_documents()
        province.ingest_night()
        trust = province.ledger_keys()
        status, out, err = read(province, trust)
        expect(status == 0, f"the reader could not verify an honest ledger: {err}")
        before = json.loads(out)
        people = roster(province)[:40]
        publish_lines(province, "list", [finding(person, "SIM-CDC", f"LIST-{i:04d}") for i, person in enumerate(people)],
                      province.key("SIM-CDC"))
        say("Forty residents are made red by contact findings (密接判定) that the county's CDC signed within a few seconds. The paper is told "
            "by some of them. It has the platform's web address and the trust file with the ledgers' keys, and a program of its own "
            "that shares no code with the platform.")
        time.sleep(2.5)  # checkpoints come every second

        title("What the reader's program finds")
        status, out, err = read(province, trust)
        expect(status == 0, f"the reader could not verify: {err}")
        report = json.loads(out)
        say(f"It downloads the tiles, checks the checkpoints' signatures, hashes {report['leaves']} leaves up to the signed roots and counts: "
            f"{report['red']} decisions made somebody red; before the list there were {before['red']}.")
        peak = report["peak"]
        say(f"The hour that stands out has {peak['red']} of them, {peak['by_that']} by rule {peak['rule']} upon statements of one class of institution: {peak['class']}.")
        expect(report["red"] - before["red"] == 40, f"counted {report['red']} after {before['red']}: not the forty")
        expect(peak["by_that"] >= 40 and peak["class"] == "cdc" and peak["rule"] == "A4", f"the peak is not the list: {peak}")
        say("No name, no county and no minute is in those leaves. Which institution it was, the grants say who may: " +
            province.run("grants", "--division", "410103", "--kind", "contact_finding", "--server", province.url).splitlines()[-2].strip())

        title("And if somebody serves the paper something else")
        with changed_copy(province.url) as url:
            status, _, err = read(province, trust, url)
        expect(status != 0 and "signed root" in err, f"a changed leaf was believed: {err}")
        say("Between the platform and the paper one bit of one leaf is changed, so that a red decision looks like something else. The program "
            "refuses: " + err.strip().splitlines()[-1])
        print("\n1 passed, 0 failed")
    finally:
        province.close()


if __name__ == "__main__":
    run_as_test(main)
