"""Measures; see run.sh."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

MINGMA = os.environ["MINGMA_PROGRAM"]
SOURCE = Path(os.environ["MINGMA_SOURCE_DIR"])
RESIDENTS = int(sys.argv[1])
KILL_AT = 0.97  # of the residents
LINE_SECONDS = 10  # between two lines of progress


def load(data):
    """Enrols until KILL_AT, then kills; gives how many were reported enrolled."""
    process = subprocess.Popen([MINGMA, "bench", str(data), "--policy", str(SOURCE / "policies/henan-demo.json"),
                                "--residents", str(RESIDENTS), "--nights", "0", "--keep"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    done = 0
    for line in process.stderr:
        print(line.rstrip(), flush=True)
        found = re.search(r"([0-9,]+) residents, ([0-9,]+)/s", line)
        if not found:
            continue
        done, rate = (int(group.replace(",", "")) for group in found.groups())
        if done < RESIDENTS <= done + rate * (LINE_SECONDS + 1):  # there will be no other line in time
            wait = max(0, (KILL_AT * RESIDENTS - done) / rate)
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
            done += int(rate * wait)
            break
    process.wait()
    return done, process.returncode == -signal.SIGKILL


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(data):
    """Gives the server, the seconds until it was ready, and its resident memory in bytes."""
    port = free_port()
    begin = time.monotonic()
    server = subprocess.Popen([MINGMA, "serve", str(data), "--listen", f"127.0.0.1:{port}", "--demo"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        if server.poll() is not None:
            sys.exit(f"the server ended with status {server.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    break
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    seconds = time.monotonic() - begin
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    return server, seconds, 1024 * int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


folder = Path(sys.argv[2] or tempfile.mkdtemp(prefix="mingma-restart-"))
folder.mkdir(exist_ok=True)
try:
    enrolled, killed = load(folder / "data")
    names = ["after kill -9" if killed else "after a clean stop", "after a clean stop, again" if not killed else "after a clean stop"]
    print(f"data     about {enrolled:,} of {RESIDENTS:,} residents, 2 shards, {os.cpu_count()} cores")
    for name in names:
        server, seconds, memory = start(folder / "data")
        print(f"{name:26} ready in {seconds:.1f} s, process holds {memory / 2**20:,.0f} MiB, {memory / enrolled:,.0f} bytes a resident", flush=True)
        server.send_signal(signal.SIGTERM)
        server.wait()
finally:
    shutil.rmtree(folder, ignore_errors=True)
