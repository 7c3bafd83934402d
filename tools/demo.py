#!/usr/bin/env python3
"""The demonstration county: what ./run does once the program is built. It uses the program's own commands only."""
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MINGMA = str(ROOT / "build/release/src/app/mingma")
DEMO = ROOT / "var/demo"
COUNTY, ROOTS, DATA = DEMO / "county", DEMO / "roots", DEMO / "data"
PORT = os.environ.get("MINGMA_PORT", "8641")
RESIDENTS = os.environ.get("MINGMA_RESIDENTS", "20000")
URL = f"http://localhost:{PORT}"  # a name: browsers take passkeys for no bare address
SAMPLES = Path(os.environ.get("MINGMA_DATA", ROOT / "../shared/data")) / "feeds"
PROCESS = DEMO / "server.pid"


def say(zh, en):
    print(f"\n\033[1m{zh}\033[0m  {en}" if sys.stdout.isatty() else f"\n{zh}  {en}", flush=True)


def mingma(*arguments, quiet=False, check=True):
    done = subprocess.run([MINGMA, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    if not quiet:
        print("".join("  " + line + "\n" for line in done.stdout.splitlines()), end="", flush=True)
    if check and done.returncode != 0:
        sys.exit(f"./run: mingma {' '.join(map(str, arguments[:2]))} failed (status {done.returncode}); ./run fresh begins anew")
    return done.stdout


def running():
    try:
        pid = int(PROCESS.read_text())
        return pid if "mingma" in Path(f"/proc/{pid}/cmdline").read_text() else None
    except (OSError, ValueError):
        return None


def stop():
    pid = running()
    if pid:
        os.kill(pid, signal.SIGTERM)
        for _ in range(200):
            if running() is None:
                break
            time.sleep(0.05)
        print(f"stopped process {pid}")
    PROCESS.unlink(missing_ok=True)


def ready():
    try:
        with urllib.request.urlopen(URL + "/readyz", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def start_server():
    people = DEMO / "people.ndjson"
    people.write_text("".join((COUNTY / "roster.ndjson").read_text().splitlines(keepends=True)[:8]))
    log = open(DEMO / "server.log", "ab")
    pages = ["--web", str(ROOT / "web/dist")] if (ROOT / "web/dist/index.html").exists() else []
    process = subprocess.Popen([MINGMA, "serve", str(DATA), "--listen", f"127.0.0.1:{PORT}", "--public-url", URL, "--demo",
                                "--demo-people", str(people), "--no-rate-limit", *pages], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    PROCESS.write_text(str(process.pid))
    for _ in range(600):
        if ready():
            return
        if process.poll() is not None:
            sys.exit(f"./run: the server ended with status {process.returncode}; its last words:\n"
                     + "\n".join((DEMO / "server.log").read_text().splitlines()[-5:]))
        time.sleep(0.1)
    sys.exit("./run: the server is not ready after a minute; see var/demo/server.log")


def root_keys(count):
    return [word for key in sorted(ROOTS.glob("*.pem"))[:count] for word in ("--key", key)]


def key(institution):
    return COUNTY / "keys" / f"{institution}.pem"


def make_county():
    say("一、建省", "1. A province: three root keys, two must sign; four data shards")
    mingma("init", DATA, "--demo-roots", ROOTS)
    say("二、县与疫情", f"2. A county of {int(RESIDENTS):,} residents and its epidemic, made up; nobody in it exists")
    mingma("simulate", COUNTY, "--residents", RESIDENTS, "--nights", "2", "--seed", "20221123")
    say("三、居民登记", "3. Residents are enrolled: numbers become pseudonyms, names rest sealed")
    mingma("enrol", DATA, COUNTY / "roster.ndjson")


def publish_and_feed():
    say("四、机构与授权", "4. Institutions and grants, each signed by two of three root keys, each a public leaf")
    documents = sorted(COUNTY.glob("documents/*-institution.json")) + sorted(COUNTY.glob("documents/*-grant.json"))
    mingma("publish", *documents, *root_keys(2), "--server", URL)
    say("五、规则集", "5. The policy: checked, tested, dated, signed, published")
    policy = ROOT / "policies/henan-demo.json"
    mingma("policy", "lint", policy)
    mingma("policy", "test", policy)
    mingma("policy", "date", policy, "--days", "30", "--out", DEMO / "policy.json")
    mingma("publish", "--type", "policy", DEMO / "policy.json", *root_keys(2), "--server", URL)
    say("六、两夜结果", "6. Two nights of results: laboratories sign manifests and send FHIR NDJSON")
    for night in sorted(COUNTY.glob("night-*")):
        for order in sorted(night.glob("area-order-*.json")):
            issuer = json.loads(order.read_text())["issuer"]
            mingma("publish", order, "--key", key(issuer), "--server", URL)
        for feed in sorted(night.glob("*.fhir.ndjson")):
            institution = feed.name.split(".")[0]
            mingma("ingest", feed, "--institution", institution, "--key", key(institution), "--server", URL)
        for feed in sorted(night.glob("*.statements.ndjson")):
            mingma("publish", "--lines", feed, "--key", key(feed.name.split(".")[0]), "--server", URL)
    feed_samples()


def feed_samples():
    if not SAMPLES.is_dir():
        say("七、真实样例", "7. Real sample files: skipped, no conformance data (MINGMA_DATA names the folder)")
        return
    say("七、真实样例", "7. Sample files as other health systems send them: nobody in them is registered here, and each line says so")
    laboratory = sorted(COUNTY.glob("night-0/*.fhir.ndjson"))[0].name.split(".")[0]
    state = DEMO / "samples"
    state.mkdir(exist_ok=True)
    outcomes = DEMO / "sample-outcomes.ndjson"
    outcomes.unlink(missing_ok=True)
    files = sorted(SAMPLES.glob("derived-ndjson/*.ndjson")) + sorted(SAMPLES.glob("synthea-bulk-*/Immunization*.ndjson"))
    for feed in files + [SAMPLES / "cdc-simplereport/fhir/test-results-upload-valid-as-fhir.ndjson"]:
        if feed.exists():
            mingma("ingest", feed, "--institution", laboratory, "--key", key(laboratory), "--server", URL, "--state", state,
                   "--outcomes", outcomes, check=False)
    for feed in sorted((SAMPLES / "cdc-simplereport/csv").glob("*.csv"))[:4]:
        mingma("ingest", feed, "--format", "lab-csv", "--institution", laboratory, "--key", key(laboratory), "--server", URL,
               "--state", state, "--outcomes", outcomes, check=False)
    print(f"  an outcome for every line: {outcomes.relative_to(ROOT)}")


def most_interesting():
    """A resident who is not green, found as a resident would find out: by asking for the receipt."""
    lines = [json.loads(line) for night in sorted(COUNTY.glob("night-*")) for feed in sorted(night.glob("*CDC*.statements.ndjson"))
             for line in feed.read_text().splitlines()]
    for wanted in ("contact_finding", "control_order"):
        for line in lines:
            if line["evidence"]["kind"] == wanted:
                return line["person"]
    return json.loads((COUNTY / "roster.ndjson").read_text().splitlines()[0])


def tour():
    person = most_interesting()
    number = person.get("document_number") or person.get("number")
    say("八、为什么", f"8. Why is this resident's code what it is?  mingma why --document {number}")
    phone, credential, proof, entry = (DEMO / name for name in ("phone.pem", "me.cbor", "me.tlog-proof", "me.leaf"))
    if not phone.exists():
        mingma("key", "new", phone, "--algorithm", "es256", quiet=True)
    time.sleep(1.2)  # a checkpoint over the last decisions
    mingma("why", "--document", number, "--server", URL, "--history", "--phone-key", phone, "--credential", credential,
           "--proof", proof, "--entry", entry)
    say("九、亮码", "9. The code on the phone (also var/demo/code.png)")
    shown = mingma("code", "show", "--credential", credential, "--phone-key", phone, "--png", DEMO / "code.png")
    say("十、离线验码", "10. The door verifies it without a network")
    (DEMO / "trust-pack.bin").write_bytes(urllib.request.urlopen(URL + "/v1/trust-pack").read())
    pack_key = DATA / "trust-pack.pem.pub"
    mingma("code", "verify", "--trust-pack", DEMO / "trust-pack.bin", "--pack-key", pack_key, "--text", shown.strip().splitlines()[-1],
           check=False)
    say("十一、账本", "11. The ledger: the leaf's proof, checked offline; then every entry of a shard against its signed root")
    keys = DEMO / "ledger-keys.txt"
    keys.write_bytes(urllib.request.urlopen(URL + "/v1/ledger/keys").read())
    mingma("ledger", "check", proof, "--entry", entry, "--key", keys)
    mingma("ledger", "verify", URL + "/ledger/1", "--key", keys)
    return number


def where_to_look(number):
    say("去哪里看", "Where to look")
    print(f"""  server      {URL}  (process {running()}, log var/demo/server.log; ./run stop ends it)
  pages       {URL}/   health code {URL}/app/   door {URL}/door/   public {URL}/public/
              officers' desk {URL}/console/
  sign in     {URL}/v1/session/login?return_to=/app/   (sandbox: anyone may be anyone)
  policies    {URL}/v1/policies    grants {URL}/v1/grants    figures {URL}/v1/statistics
  ledger      {URL}/ledger/1/checkpoint    keys {URL}/v1/ledger/keys
  operation   {URL}/readyz    {URL}/metrics

  try         alias mingma={Path(MINGMA).relative_to(ROOT)}
              mingma why --document {number} --server {URL}
              mingma policy show policies/henan-demo.json
              mingma ledger follow {URL}/ledger/1 --key var/demo/ledger-keys.txt --state var/demo/seen.checkpoint
              ./run stop && mingma audit var/demo/data""")


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else "start"
    if command in ("stop", "fresh"):
        stop()
    if command == "stop":
        return
    if command == "fresh":
        subprocess.run(["rm", "-rf", str(DEMO)], check=True)
    done = DEMO / "done"
    if DEMO.exists() and not done.exists():
        print("an earlier start was cut short; beginning anew")
        stop()
        subprocess.run(["rm", "-rf", str(DEMO)], check=True)
    DEMO.mkdir(parents=True, exist_ok=True)
    fresh = not done.exists()
    if fresh:
        make_county()
    if not running() or not ready():
        start_server()
    if fresh:
        publish_and_feed()
        done.touch()
    where_to_look(tour())


if __name__ == "__main__":
    main()
