"""A province for the program tests: the real binary, a real data directory, a real server on a free port.

Everything is made in a temporary folder and removed at the end; processes are ended by their id.
"""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

SOURCE = Path(os.environ.get("MINGMA_SOURCE_DIR", Path(__file__).resolve().parents[2]))
MINGMA = os.environ.get("MINGMA_PROGRAM", str(SOURCE / "build/release/src/app/mingma"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Failed(Exception):
    pass


class Province:
    def __init__(self, residents=2000, nights=1, shards=2, seed=1):
        self.folder = Path(tempfile.mkdtemp(prefix="mingma-test-"))
        self.data = self.folder / "data"
        self.county = self.folder / "county"
        self.roots = self.folder / "roots"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.server = None
        self.log = open(self.folder / "server.log", "ab")
        self.run("init", str(self.data), "--shards", str(shards), "--demo-roots", str(self.roots))
        self.run("simulate", str(self.county), "--residents", str(residents), "--nights", str(nights), "--seed", str(seed))

    def run(self, *arguments, ok=(0,), stdin=None, timeout=600):
        done = subprocess.run([MINGMA, *arguments], capture_output=True, text=True, input=stdin, timeout=timeout)
        if done.returncode not in ok:
            raise Failed(f"mingma {' '.join(arguments)}: status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def start(self, *more, limited=False):
        """`more` goes to `mingma serve`; `limited`: with its limits of rate."""
        free = () if limited else ("--no-rate-limit",)
        self.server = subprocess.Popen([MINGMA, "serve", str(self.data), "--listen", f"127.0.0.1:{self.port}", "--demo", *free, *more],
                                       stdout=self.log, stderr=self.log)
        self.wait_ready()

    def wait_ready(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.server.poll() is not None:
                raise Failed(f"the server ended with status {self.server.returncode}; see {self.folder}/server.log")
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.02)
        raise Failed("the server is not ready after a minute")

    def kill(self):
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(timeout=60)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return answer.read()

    def get_json(self, path):
        return json.loads(self.get(path))

    def root_keys(self, count=2):
        return [argument for key in sorted(self.roots.glob("*.pem"))[:count] for argument in ("--key", str(key))]

    def publish_documents(self, policy="policies/henan-demo.json"):
        """Institutions, grants, then the policy, dated now and signed by two roots."""
        documents = sorted(self.county.glob("documents/*-institution.json")) + sorted(self.county.glob("documents/*-grant.json"))
        self.run("publish", *map(str, documents), *self.root_keys(), "--server", self.url)
        dated = self.folder / "policy.json"
        self.run("policy", "date", str(SOURCE / policy), "--out", str(dated))
        self.run("publish", "--type", "policy", str(dated), *self.root_keys(), "--server", self.url)

    def ingest_night(self, night=0):
        """Every laboratory of one night of the simulated county sends its results."""
        for feed in sorted(self.county.glob(f"night-{night}/*.fhir.ndjson")):
            institution = feed.name.split(".")[0]
            self.run("ingest", str(feed), "--institution", institution, "--key", self.key(institution), "--server", self.url)

    def register_roster(self):
        """The whole county, from its roster; the server must be stopped."""
        self.run("enrol", str(self.data), str(self.county / "roster.ndjson"))

    def ledger_keys(self):
        file = self.folder / "ledger-keys.txt"
        if not file.exists():
            file.write_bytes(self.get("/v1/ledger/keys"))
        return file

    def key(self, institution):
        return str(self.county / "keys" / f"{institution}.pem")

    def close(self):
        self.stop()
        self.log.close()
        if sys.exc_info()[0] is None and not os.environ.get("MINGMA_KEEP"):
            subprocess.run(["rm", "-rf", str(self.folder)], check=False)
        else:
            print(f"kept: {self.folder}")


def run_as_test(test):
    """Runs a test that prints its own closing line when it passes; a Failed ends it with one that says so."""
    try:
        test()
    except Failed as failure:
        print(f"FAILED: {failure}")
        print("0 passed, 1 failed")
        sys.exit(1)
