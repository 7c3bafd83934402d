"""Alarms end to end: 40 residents made red by identical findings; a receiver that refuses twice and is restarted over;
the RFC 9421 signature checked here with `cryptography`, not with our code; the auditor's ending; the audit's patterns."""
import base64
import hashlib
import http.server
import json
import re
import sys
import threading
import time
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_public_key

from province import Failed, Province, run_as_test

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scenarios"))
from helpers import add_institution, expect, finding, instant, program, publish_lines, roster  # noqa: E402


class Receiver(http.server.BaseHTTPRequestHandler):
    taken, refused, key, authority = [], 0, None, ""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if Receiver.refused < 2:
            Receiver.refused += 1
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        problem = self.check(body)
        Receiver.taken.append((json.loads(body), problem))
        self.send_response(204)
        self.end_headers()

    def check(self, body):
        """The signature, taken apart by hand; empty when it is good."""
        digest = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
        if self.headers["Content-Digest"] != digest:
            return "content digest"
        label, parameters = self.headers["Signature-Input"].split("=", 1)
        components = re.findall(r'"([^"]+)"', parameters[:parameters.index(")")])
        values = {"@method": "POST", "@authority": Receiver.authority, "@path": self.path, "content-digest": digest}
        base = "".join(f'"{name}": {values[name]}\n' for name in components) + f'"@signature-params": {parameters}'
        signature = base64.b64decode(self.headers["Signature"].split("=", 1)[1].strip(":"))
        try:
            Receiver.key.verify(signature, base.encode())
        except Exception as failure:  # noqa: BLE001
            return f"signature: {failure!r}"
        return "" if set(components) == set(values) else f"covers only {components}"

    def log_message(self, *_):
        pass


def wait_for(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.3)
    raise Failed(what)


def kinds():
    return [alarm["content"]["kind"] for alarm, _ in Receiver.taken if alarm["content"].get("type") == "alarm"]


def main():
    province = Province(residents=120, shards=2)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    passed = 0
    try:
        Receiver.authority = f"127.0.0.1:{server.server_port}"
        Receiver.key = load_pem_public_key((province.data / "trust-pack.pem.pub").read_bytes())
        (province.data / "webhooks.json").write_text(json.dumps(
            {"webhooks": [{"name": "auditors", "url": f"http://{Receiver.authority}/mingma"}]}))
        province.register_roster()
        province.start()
        province.publish_documents()
        auditor = add_institution(province, "AUD-01", "auditor", "省审计组", "Provincial auditors")
        same = finding(roster(province)[0], "SIM-CDC", "LIST-0")["evidence"]
        documents = [dict(finding(person, "SIM-CDC", f"LIST-{i}"), evidence=same) for i, person in enumerate(roster(province)[:40])]
        publish_lines(province, "list", documents, province.key("SIM-CDC"))
        wait_for(lambda: "identical_reasons" in kinds(), f"the receiver never got the alarm; it has {kinds()}")
        expect(Receiver.refused == 2, "the receiver did not refuse first")
        problems = [problem for _, problem in Receiver.taken if problem]
        expect(not problems, f"a delivery's signature: {problems}")
        print("identical reasons: raised, refused twice, delivered with a good signature")
        passed += 1

        listed = province.get_json("/v1/alarms")["items"]
        alarm = next(item for item in listed if item["content"]["kind"] == "identical_reasons")
        province.get(f"/v1/ledger/0/inclusion?leaf={alarm['leaf']['index']}")
        expect(hashlib.sha256(alarm["text"].encode()).digest() in province.get("/ledger/0/tile/entries/000.p/" +
               str(checkpoint_size(province))) if checkpoint_size(province) < 256 else True, "no leaf names the alarm's text")
        before = len(Receiver.taken)
        province.stop()
        province.start()
        time.sleep(4)
        expect(len(Receiver.taken) == before and len(province.get_json("/v1/alarms")["items"]) == len(listed),
               "a restart raised or delivered again")
        print("after a restart nothing is raised or delivered twice; the leaf names the text")
        passed += 1

        document = json.dumps({"type": "alarm_ending", "alarm": alarm["id"], "ending": "misuse", "by": "AUD-01",
                               "text": {"zh": "按名单赋码", "en": "assigned from a list"}, "at": instant(-1)}, ensure_ascii=False)
        end_alarm(province, auditor, document)
        wait_for(lambda: any(a["content"].get("type") == "alarm_ending" or "alarm_ending" in a["text"] for a, _ in Receiver.taken),
                 "the ending was not delivered")
        print("how it ended is signed, public and delivered")
        passed += 1

        province.stop()
        status, out, err = program("audit", str(province.data), "--json", "--strict")
        report = json.loads(out)
        found = {pattern["kind"]: pattern for pattern in report["patterns"]}
        expect(report["clean"], f"not clean: {report['findings'][:3]}")
        expect(found["identical_reasons"]["raised"] and found["identical_reasons"]["ending"] == "misuse", f"patterns: {found}")
        expect(status in (0, 3), f"status {status}: {err}")
        print(f"the audit finds the same patterns in the logs: {', '.join(sorted(found))}")
        passed += 1
        print(f"{passed} passed, 0 failed")
    finally:
        server.shutdown()
        province.close()


def checkpoint_size(province):
    return int(province.get("/ledger/0/checkpoint").decode().split("\n")[1])


def end_alarm(province, key_file, document):
    """Signs as docs/alarms.md says, with `cryptography`."""
    import urllib.request
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    key = load_pem_private_key(Path(key_file).read_bytes(), None)
    digest = hashlib.sha256(b"mingma/v1/alarm_ending\n" + document.encode()).digest()
    key_id = json.loads(province.run("key", "show", f"{key_file}.pub", "--json"))
    envelope = {"type": "alarm_ending", "document": document,
                "signatures": [{"key": key_id["key_id"], "signature": base64.b64encode(key.sign(digest)).decode()}]}
    request = urllib.request.Request(province.url + "/v1/alarms/endings", data=json.dumps(envelope).encode(),
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        if answer.status != 201:
            raise Failed(f"the ending was answered with {answer.status}")


if __name__ == "__main__":
    run_as_test(main)
