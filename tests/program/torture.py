"""What hurts a server, sent to the real one; after each the server still answers at once.

A 100 MB body, cut and overlong lines, a huge file with every tenth line bad, wrong digests, replayed signatures, expired
keys, unknown members, deep nesting, clients that trickle, 10,000 idle connections. Each is answered with its own code.

MINGMA_TORTURE_LINES (100000): lines of the huge file; a million are the stated target.
"""
import base64
import http.client
import json
import os
import resource
import select
import socket
import sys
import threading
import time

from province import MINGMA, SOURCE, Failed, Province, run_as_test
from sender import Sender, content_digest

sys.path.insert(0, str(SOURCE / "tests/http"))
from visitor import Visitor, resident_number  # noqa: E402

LINES = int(os.environ.get("MINGMA_TORTURE_LINES", "100000"))
IDLE = int(os.environ.get("MINGMA_TORTURE_CONNECTIONS", "10000"))
# What the server may grow by, however many lines come: memtables (768 MiB) and block cache (256 MiB) are bounded for the process
# and fill first. 100,000 lines take 145 MB, a million 725.
MEMORY_MB_MAX = 1100
QUICK_SECONDS = 2.0  # a healthz and a display, on a machine that does other things too
LABORATORY = "SIM-LAB-01"
SLOW_CLIENTS = 200


class Torture:
    def __init__(self):
        self.province = Province(residents=2000, nights=1)
        self.done = 0

    def prepare(self):
        self.province.register_roster()
        self.province.start()
        self.province.publish_documents()
        self.port = self.province.port
        self.sender = Sender(self.port, LABORATORY, self.province.key(LABORATORY))
        people = [json.loads(line) for line in (self.province.county / "roster.ndjson").read_text().splitlines()]
        self.numbers = [person["document_number"] for person in people]
        self.visitor = Visitor(self.port)
        self.visitor.sign_in(resident_number(7))
        self.visitor.register()

    def line(self, record, number, **changes):
        """An Observation as the simulated laboratory writes it."""
        member = {"number": number, "code": "94500-6", "subject": "#p", "sampled": "2026-01-01T00:00:00+08:00", "more": ""}
        member["sampled"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 7200))
        member.update(changes)
        return ('{"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p","identifier":[{"system":'
                '"urn:oid:2.16.156.10011.1.3","value":"%(number)s"}]}],"identifier":[{"value":"RECORD"}],"status":"final",'
                '"code":{"coding":[{"system":"http://loinc.org","code":"%(code)s"}]},"subject":{"reference":"%(subject)s"},'
                '"effectiveDateTime":"%(sampled)s","issued":"%(sampled)s","valueCodeableConcept":{"coding":[{"system":'
                '"http://snomed.info/sct","code":"260415000"}]}%(more)s}' % member).replace("RECORD", record)

    def expect(self, what, answer, status, code=None):
        got = answer[1].get("code") if isinstance(answer[1], dict) else None
        if answer[0] != status or (code is not None and got != code):
            raise Failed(f"{what}: {status} {code or ''} was expected, {answer[0]} {str(answer[1])[:300]} came")

    def still_well(self, after):
        """A healthz on a new connection and a receipt on an old one, both soon."""
        begin = time.monotonic()
        if self.province.get_json("/healthz").get("status") != "ok" and self.province.server.poll() is not None:
            raise Failed(f"the server ended after {after}")
        status, _, body = self.visitor.call("GET", "/v1/me/receipt")
        took = time.monotonic() - begin
        if status != 200:
            raise Failed(f"no receipt after {after}: {status} {body[:200]}")
        if took > QUICK_SECONDS:
            raise Failed(f"after {after} the server took {took:.1f} s to answer")
        self.done += 1
        print(f"ok  {after} (then healthz and a code in {took * 1000:.0f} ms)", flush=True)

    # ---- bodies

    def big_body(self):
        """Announced, the answer comes before the body; in chunks, at the limit. Nothing is read to the end."""
        size = 100_000_000
        for chunked in (False, True):
            with socket.create_connection(("127.0.0.1", self.port), timeout=30) as client:
                length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
                client.sendall(f"POST /v1/me/declarations HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
                               f"Authorization: Bearer {self.visitor.session}\r\n"
                               f"Content-Type: application/json\r\n{length}\r\n\r\n".encode())
                piece = b"10000\r\n" + b" " * 65536 + b"\r\n" if chunked else b" " * 65536
                sent, answer = 0, b""
                try:
                    while sent < size and not select.select([client], [], [], 0)[0]:
                        sent += client.send(piece)
                    answer = client.recv(65536)
                except (BrokenPipeError, ConnectionResetError) as error:
                    raise Failed(f"the connection was cut without an answer after {sent} bytes: {error}") from error
                if b" 413 " not in answer.split(b"\r\n")[0] or b"http.body_too_large" not in answer:
                    raise Failed(f"100 MB to a small route: {answer[:200]}")
                if sent > size / 2:
                    raise Failed(f"{sent} bytes were taken before the refusal")
            self.still_well(f"100 MB body, {'in chunks' if chunked else 'announced'}: 413 after {sent:,} bytes")

    def truncated(self):
        """A last line cut in its middle is one bad line; a part cut on its way is sent again."""
        good = [self.line(f"CUT-{i}", self.numbers[i]) for i in range(3)]
        body = "\n".join(good).encode()[:-40]
        manifest = self.sender.manifest(body)
        self.expect("manifest", self.sender.create(manifest), 201)
        headers = self.sender.headers("PUT", f"/v1/submissions/{manifest['submission_id']}/parts/0", content_digest(body))
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as client:
            head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            client.sendall((f"PUT /v1/submissions/{manifest['submission_id']}/parts/0 HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
                            f"{head}Content-Type: application/x-ndjson\r\nContent-Length: {len(body)}\r\n\r\n").encode()
                           + body[:len(body) // 2])
            client.shutdown(socket.SHUT_WR)
            answer = client.recv(65536)
        if b" 400 " not in answer.split(b"\r\n")[0]:
            raise Failed(f"a part that ended early: {answer[:200]}")
        status, answer = self.sender.put(manifest, body)
        self.expect("the part again", (status, answer), 200)
        outcomes = self.sender.outcomes(manifest)
        if [one["outcome"] for one in outcomes] != ["accepted", "accepted", "invalid"] or outcomes[2]["code"] != "feed.invalid_json":
            raise Failed(f"a cut last line: {outcomes}")
        self.still_well("a part cut on its way, then sent with its last line cut: two accepted, one invalid")

    def long_line(self):
        """One line over 1 MiB is refused by itself."""
        lines = [self.line("LONG-0", self.numbers[0]), self.line("LONG-1", self.numbers[1], more=',"x":"' + "a" * (1 << 20) + '"'),
                 self.line("LONG-2", self.numbers[2])]
        body = "\n".join(lines).encode() + b"\n"
        manifest = self.sender.manifest(body)
        self.expect("manifest", self.sender.create(manifest), 201)
        self.expect("a part with a line over 1 MiB", self.sender.put(manifest, body), 200)
        outcomes = [(one["outcome"], one.get("code")) for one in self.sender.outcomes(manifest)]
        if outcomes != [("accepted", None), ("invalid", "feed.too_large"), ("accepted", None)]:
            raise Failed(f"a line over 1 MiB: {outcomes}")
        self.still_well("a line over 1 MiB between two good ones: that line only is refused")

    # ---- signatures

    def digests(self):
        body = self.line("DIGEST-0", self.numbers[0]).encode()
        other = body.replace(b"260415000", b"260373001")
        manifest = self.sender.manifest(body)
        text = json.dumps(manifest).encode()
        headers = self.sender.headers("POST", "/v1/submissions", content_digest(b"another manifest"))
        self.expect("a manifest under another digest", self.sender.call("POST", "/v1/submissions", text, headers), 400, "http.digest_mismatch")
        self.expect("manifest", self.sender.create(manifest), 201)
        path = f"/v1/submissions/{manifest['submission_id']}/parts/0"
        self.expect("a part under another digest",
                    self.sender.put(manifest, other, self.sender.headers("PUT", path, content_digest(body))), 400, "http.digest_mismatch")
        self.expect("another part than the manifest's", self.sender.put(manifest, other), 422, "service.digest_mismatch")
        self.expect("the right part", self.sender.put(manifest, body), 200)
        self.still_well("wrong content digests: refused three ways, then the right part is taken")

    def replayed(self):
        manifest = self.sender.manifest(self.line("REPLAY-0", self.numbers[0]).encode())
        text = json.dumps(manifest).encode()
        headers = self.sender.headers("POST", "/v1/submissions", content_digest(text))
        self.expect("manifest", self.sender.call("POST", "/v1/submissions", text, headers), 201)
        self.expect("the same request again", self.sender.call("POST", "/v1/submissions", text, headers), 401, "http.signature_replayed")
        old = self.sender.headers("POST", "/v1/submissions", content_digest(text), created=int(time.time()) - 3600)
        self.expect("an old signature", self.sender.call("POST", "/v1/submissions", text, old), 401, "http.signature_expired")
        bent = self.sender.headers("POST", "/v1/submissions", content_digest(text))
        bent["Signature-Input"] = bent["Signature-Input"].replace("created=", "created=1")
        self.expect("a signature over another time", self.sender.call("POST", "/v1/submissions", text, bent), 401)
        self.still_well("a replayed, an old and a bent signature: 401 each")

    def expired_key(self):
        """A key that was in force until yesterday, and one that nobody published."""
        folder = self.province.folder
        for name in ("old", "unknown"):
            self.province.run("key", "new", str(folder / f"{name}.pem"))
        public = "".join((folder / "old.pem.pub").read_text().splitlines()[1:-1])
        base64.b64decode(public, validate=True)
        yesterday, last_year = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago)) for ago in (86400, 365 * 86400))
        document = {"type": "institution", "id": "OLD-LAB", "class": "laboratory", "name": {"zh": "旧检验所", "en": "Old laboratory"},
                    "phone": "0371-00009999", "division": "410103",
                    "keys": [{"key": public, "from": last_year, "until": yesterday}], "issued_at": yesterday}
        file = folder / "old-lab.json"
        file.write_text(json.dumps(document))
        self.province.run("publish", str(file), *self.province.root_keys(), "--server", self.province.url)
        for name in ("old", "unknown"):
            sender = Sender(self.port, "OLD-LAB", folder / f"{name}.pem")
            answer = sender.create(sender.manifest(self.line("OLD-0", self.numbers[0]).encode()))
            self.expect(f"a manifest signed with an {name} key", answer, 401, "service.unknown_key")
        self.still_well("an expired and an unknown key: 401")

    # ---- JSON

    def unknown_members(self):
        manifest = self.sender.manifest(self.line("MEMBER-0", self.numbers[0]).encode(), colour="green")
        self.expect("a manifest with a colour", self.sender.create(manifest), 400)
        status, _, body = self.visitor.call("POST", "/v1/residents", {"home": "410102", "colour": "green"})
        self.expect("a registration with a colour", (status, json.loads(body)), 400)
        evidence = {"kind": "health_declaration", "at": "2026-11-01T00:00:00Z", "colour": "red"}
        status, _, body = self.visitor.call("POST", "/v1/me/declarations", {"evidence": evidence, "reference": "r"})
        self.expect("a declaration with a colour", (status, json.loads(body)), 400)
        self.still_well("unknown members in a manifest, a registration and a declaration: 400 each")

    def deep_nesting(self):
        deep = "[" * 30_000 + "]" * 30_000
        status, _, body = self.visitor.call("POST", "/v1/residents", '{"home":' + deep + "}", {"Content-Type": "application/json"})
        self.expect("30,000 brackets in a registration", (status, json.loads(body)), 400, "base.invalid_json")
        envelope = '{"type":"policy","document":' + "[" * 500_000 + "]" * 500_000 + ',"signatures":[]}'
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/v1/policies", envelope, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        self.expect("half a million brackets in a policy", (answer.status, json.loads(answer.read())), 400)
        connection.close()
        lines = [self.line("DEEP-0", self.numbers[0]), self.line("DEEP-1", self.numbers[1], more=',"x":' + "[" * 400_000 + "]" * 400_000),
                 self.line("DEEP-2", self.numbers[2], more=',"x":' + '{"y":' * 100_000 + "1" + "}" * 100_000)]
        text = "\n".join(lines).encode()
        manifest = self.sender.manifest(text)
        self.expect("manifest", self.sender.create(manifest), 201)
        self.expect("lines of brackets", self.sender.put(manifest, text), 200)
        outcomes = [(one["outcome"], one.get("code")) for one in self.sender.outcomes(manifest)]
        if outcomes[0] != ("accepted", None) or any(one[0] != "invalid" for one in outcomes[1:]):
            raise Failed(f"deeply nested lines: {outcomes}")
        self.still_well("deep nesting in a request, a policy and lines of a feed")

    # ---- connections

    def slow_clients(self):
        """Headers and bodies that trickle: answered 408 and closed, whatever comes, 10 and 20 seconds after they began."""
        clients = []
        for i in range(SLOW_CLIENTS):
            client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            client.setblocking(False)
            start = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "
            if i % 2:  # the body's clock counts from its last byte: this one sends its header and then nothing
                start = (f"POST /v1/residents HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
                         f"Authorization: Bearer {self.visitor.session}\r\nContent-Length: 100\r\n\r\n{{").encode()
            client.send(start)
            clients.append([client, i % 2, None, b""])
        begin = time.monotonic()
        slowest = 0.0
        while any(ended is None for _, _, ended, _ in clients) and time.monotonic() - begin < 40:
            for one in clients:
                client, is_body, ended, _ = one
                if ended is not None:
                    continue
                try:
                    if not is_body:
                        client.send(b"a")
                    got = client.recv(4096)
                    one[3] += got
                    if got == b"":
                        one[2] = time.monotonic() - begin
                except BlockingIOError:
                    pass
                except (BrokenPipeError, ConnectionResetError):
                    one[2] = time.monotonic() - begin
            asked = time.monotonic()
            self.province.get("/healthz")
            slowest = max(slowest, time.monotonic() - asked)
            time.sleep(0.4)
        for client, is_body, ended, answer in clients:
            client.close()
            if ended is None or b" 408 " not in answer.split(b"\r\n")[0]:
                raise Failed(f"a slow {'body' if is_body else 'header'} was not answered 408 and closed: {ended} {answer[:100]}")
        headers = max(ended for _, is_body, ended, _ in clients if not is_body)
        bodies = max(ended for _, is_body, ended, _ in clients if is_body)
        if slowest > QUICK_SECONDS:
            raise Failed(f"healthz took {slowest:.1f} s beside slow clients")
        self.still_well(f"{SLOW_CLIENTS} slow clients: 408, headers after {headers:.0f} s, bodies after {bodies:.0f} s; healthz meanwhile within {slowest * 1000:.0f} ms")

    def idle_connections(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < IDLE + 2_200:
            print(f"skipped: {IDLE} idle connections: this machine allows {hard} open files a process (ulimit -Hn)")
            return
        resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE + 500 if hard == resource.RLIM_INFINITY else min(hard, IDLE + 500), hard))
        before = self.memory_mb()
        clients = []
        begin = time.monotonic()
        try:
            for i in range(IDLE):
                client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
                if i % 10 == 0:  # some have asked once and keep their connection
                    client.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
                    if not client.recv(4096).startswith(b"HTTP/1.1 200 "):
                        raise Failed(f"connection {i} was not answered")
                clients.append(client)
            took = time.monotonic() - begin
            self.still_well(f"{len(clients):,} idle connections, opened in {took:.1f} s, {self.memory_mb() - before:.0f} MB more")
            for client in clients[5::1000]:  # and they are alive, not waiting in a queue of the kernel
                client.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
                if not client.recv(4096).startswith(b"HTTP/1.1 200 "):
                    raise Failed("an idle connection was not answered")
        finally:
            for client in clients:
                client.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.still_well("all of them closed at once")

    # ---- pages and the limit per institution, on a second start

    def pages_and_limits(self):
        """`serve --web`: the files of a folder, their headers, the way back to index.html; 429 beyond the institution's rate."""
        web = self.province.folder / "web"
        (web / "app/assets").mkdir(parents=True)
        (web / "index.html").write_text("<!doctype html>top")
        (web / "app/index.html").write_text("<!doctype html>app")
        (web / "app/assets/main-4f3a9c1b.js").write_text("let a")
        self.province.stop()
        self.province.start("--web", str(web), "--institution-requests-per-second", "2", limited=True)
        for path, body, cache in (("/", b"top", "no-cache"), ("/app/a/b", b"app", "no-cache"), ("/door/x", b"top", "no-cache"),
                                  ("/app/assets/main-4f3a9c1b.js", b"let a", "immutable")):
            status, headers, got = Visitor(self.port).call("GET", path)
            if status != 200 or not got.endswith(body) or cache not in headers["Cache-Control"] or (
                    "default-src 'self'" not in headers["Content-Security-Policy"]) or headers["X-Content-Type-Options"] != "nosniff":
                raise Failed(f"{path}: {status} {dict(headers)} {got[:100]}")
        for path, expected in (("/app/none.js", 404), ("/v1/nothing", 404), ("/healthz", 200)):
            if Visitor(self.port).call("GET", path)[0] != expected:
                raise Failed(f"{path} is not {expected} beside the pages")
        answers = [self.sender.call("GET", "/v1/submissions/00000000-0000-4000-8000-000000000000")[0] for _ in range(12)]
        if 404 not in answers or 429 not in answers:
            raise Failed(f"12 requests of an institution that may send 8 at once: {answers}")
        self.done += 1
        print(f"ok  pages with their headers; {answers.count(429)} of 12 requests over the institution's rate: 429", flush=True)

    # ---- a huge file

    def memory_mb(self):
        for line in open(f"/proc/{self.province.server.pid}/status", encoding="utf-8"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    BAD = {  # what is wrong: the code and place of its outcome
        "cut": ("feed.invalid_json", ""),
        "time": ("feed.invalid_time", "/effectiveDateTime"),
        "code": ("feed.invalid_code", "/code"),
        "subject": ("feed.unresolved_subject", "/subject/reference"),
        "person": ("feed.invalid_identity", "/subject/identifier/0/value"),
        "bytes": ("feed.invalid_text", ""),
    }

    def write_huge_file(self, file):
        """Returns what is wrong with line n, by n."""
        bad, kinds = {}, list(self.BAD)
        pieces = [self.line("RECORD", number).encode() for number in self.numbers]
        with open(file, "wb") as out:
            for n in range(LINES):
                number = self.numbers[n % len(self.numbers)]
                if n % 10 != 9:
                    out.write(pieces[n % len(pieces)].replace(b"RECORD", b"H-%d" % n) + b"\n")
                    continue
                bad[n] = kinds[n // 10 % len(kinds)]
                line = {"cut": lambda: self.line(f"H-{n}", number)[:200], "time": lambda: self.line(f"H-{n}", number, sampled="2026-02-30T08:00:00Z"),
                        "code": lambda: self.line(f"H-{n}", number, code="94500-7"), "subject": lambda: self.line(f"H-{n}", number, subject="#q"),
                        "person": lambda: self.line(f"H-{n}", number[:-1] + ("1" if number[-1] != "1" else "2")),
                        "bytes": lambda: self.line(f"H-{n}", number)}[bad[n]]().encode()
                out.write((line.replace(b"final", b"fin\xff\xfe") if bad[n] == "bytes" else line) + b"\n")
        return bad

    def huge_file(self):
        folder = self.province.folder
        file, outcomes = folder / "huge.ndjson", folder / "huge-outcomes.ndjson"
        bad = self.write_huge_file(file)
        size = file.stat().st_size
        before = peak = self.memory_mb()
        answer, slowest = {}, 0.0

        def send():
            answer["out"] = self.province.run("ingest", str(file), "--institution", LABORATORY, "--key", self.province.key(LABORATORY),
                                              "--server", self.province.url, "--json", "--part-lines", "1000000", "--outcomes",
                                              str(outcomes), timeout=1800)

        sending = threading.Thread(target=send)
        begin = time.monotonic()
        sending.start()
        while sending.is_alive():
            peak = max(peak, self.memory_mb())
            asked = time.monotonic()
            self.province.get("/healthz")
            slowest = max(slowest, time.monotonic() - asked)
            time.sleep(0.1)
        sending.join()
        took = time.monotonic() - begin
        counts = json.loads(answer["out"].strip().splitlines()[-1])
        if counts["accepted"] != LINES - len(bad) or counts["invalid"] != len(bad):
            raise Failed(f"{LINES - len(bad)} good and {len(bad)} bad lines were sent, the answer is {counts}")
        lines = 0
        with open(outcomes, encoding="utf-8") as text:
            for expected, line in enumerate(text):
                one = json.loads(line)
                lines += 1
                if one["line"] != expected:
                    raise Failed(f"the outcome of line {expected} is missing: {one}")
                wrong = bad.get(expected)
                right = one["outcome"] == "accepted" if wrong is None else (
                    one["outcome"], one["code"], one.get("place", "")) == ("invalid", *self.BAD[wrong])
                if not right:
                    raise Failed(f"line {expected} ({wrong or 'good'}) gave {one}")
        if lines != LINES:
            raise Failed(f"{LINES} lines were sent, {lines} outcomes came back")
        if peak - before > MEMORY_MB_MAX:
            raise Failed(f"the server grew from {before:.0f} to {peak:.0f} MB")
        if slowest > QUICK_SECONDS:
            raise Failed(f"healthz took {slowest:.1f} s beside the huge file")
        self.still_well(f"{LINES:,} lines ({size / 1e6:.0f} MB), every tenth bad, in {took:.1f} s ({LINES / took:,.0f}/s): {lines:,} outcomes, each its "
                        f"own; server {before:.0f} to {peak:.0f} MB; healthz meanwhile within {slowest * 1000:.0f} ms")

    def run(self):
        self.prepare()
        self.still_well("nothing yet")
        for step in (self.big_body, self.truncated, self.long_line, self.digests, self.replayed, self.expired_key, self.unknown_members,
                     self.deep_nesting, self.idle_connections, self.huge_file, self.slow_clients):
            step()
        self.pages_and_limits()
        self.province.stop()
        audit = json.loads(self.province.run("audit", str(self.province.data), "--json", timeout=1800))
        print(f"ok  audit: {sum(shard['statements'] for shard in audit['shards']):,} statements, nothing found")
        print(f"{self.done + 1} passed, 0 failed")


def main():
    torture = Torture()
    try:
        torture.run()
    finally:
        torture.province.close()


if __name__ == "__main__":
    run_as_test(main)
