"""Measures; see run.sh. Rounds of the two servers take turns, so that a slow moment of the machine hits both."""
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/program"), str(ROOT / "tests/http")]
from province import Province, free_port  # noqa: E402
from visitor import Visitor, resident_number  # noqa: E402

SECONDS = sys.argv[1]
ROUNDS = int(os.environ.get("MINGMA_ROUNDS", "3"))
PEOPLE = int(os.environ.get("MINGMA_PEOPLE", "500"))
CONNECTIONS = os.environ.get("MINGMA_CONNECTIONS", "64")


def measure(url, *script):
    out = subprocess.run(["wrk", "-t1", "-c" + CONNECTIONS, f"-d{SECONDS}s", "--latency", *script[:2], url, *script[2:]],
                         capture_output=True, text=True, check=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    if bad:
        sys.exit(f"{bad.group(1)} answers were no success:\n{out}")
    rate = float(re.search(r"Requests/sec:\s+([0-9.]+)", out).group(1))
    p99, unit = re.search(r"99%\s+([0-9.]+)(us|ms|s)", out).groups()
    return rate, float(p99) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def start_nginx(folder, body):
    (folder / "code.json").write_bytes(body)
    port = free_port()
    (folder / "nginx.conf").write_text(f"""
worker_processes {os.cpu_count()}; pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; master_process on;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000000; sendfile on; tcp_nodelay on; open_file_cache max=16;
  server {{ listen 127.0.0.1:{port} reuseport; root {folder}; }}
}}
""")
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL)
    return process, f"http://127.0.0.1:{port}/code.json"


def serve_mingma(*options):
    """A server with everybody signed in; gives the wrk script's arguments, so that each request is one display."""
    province.start(*options)
    if not options:
        province.publish_documents()
    lines = []
    for person in range(PEOPLE):
        visitor = Visitor(province.port)
        token = visitor.sign_in(resident_number(person % 1000, birth=f"1990{1 + person // 1000:02d}01"))
        device = visitor.register()
        status, _, body = visitor.call("GET", "/v1/me/code?device=" + device)
        assert status == 200, (status, body)
        lines.append(f"{token} {device}\n")
    (folder / "sessions").write_text("".join(lines))
    lua = ("-s", str(Path(__file__).with_name("display.lua")), "--", str(folder / "sessions"))
    measure(province.url + "/", *lua)  # warms codes or cards, and connections
    return lua, body


province = Province(residents=100, nights=1, shards=2)
folder = Path(tempfile.mkdtemp(prefix="mingma-display-"))
os.chmod(folder, 0o755)
nginx = None
try:
    lua, body = serve_mingma()
    nginx, nginx_url = start_nginx(folder, body)
    ours, theirs, signed = [], [], []
    for _ in range(ROUNDS):
        ours.append(measure(province.url + "/", *lua))
        theirs.append(measure(nginx_url))
    province.stop()
    lua, _ = serve_mingma("--kept-codes", "1")  # nothing is kept, so that every display is signed
    for _ in range(ROUNDS):
        signed.append(measure(province.url + "/", *lua))
        theirs.append(measure(nginx_url))
    median = lambda values: sorted(values)[len(values) // 2]  # noqa: E731
    print(f"machine  {platform.machine()}, {os.cpu_count()} cores, {platform.release()}; wrk on the same machine, 1 thread, {CONNECTIONS} connections")
    print(f"data     {PEOPLE} residents, answers of {len(body)} bytes, {ROUNDS} rounds of {SECONDS} s")
    for name, runs in (("mingma, unchanged", ours), ("mingma, newly signed", signed), ("nginx", theirs)):
        rates = [rate for rate, _ in runs]
        print(f"{name:20} {median(rates):,.0f} displays/s ({min(rates):,.0f} to {max(rates):,.0f}), p99 {median([p for _, p in runs]):.2f} ms")
    print(f"ratio    {median([r for r, _ in ours]) / median([r for r, _ in theirs]):.2f}")
finally:
    if nginx:
        nginx.terminate()
        nginx.wait()
    province.close()
    subprocess.run(["rm", "-rf", str(folder)], check=False)
