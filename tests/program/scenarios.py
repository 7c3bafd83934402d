"""Runs every script of scenarios/ (NN_name.py), in order, each in a process of its own. With arguments: only those numbers."""
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main():
    wanted = set(sys.argv[1:])
    scripts = [s for s in sorted((ROOT / "scenarios").glob("[0-9][0-9]_*.py")) if not wanted or s.name[:2] in wanted]
    if not scripts:
        print("skipped: no scenarios")
        sys.exit(77)
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    passed = failed = skipped = 0
    for script in scripts:
        print(f"\n===== {script.name} =====", flush=True)
        began = time.monotonic()
        status = subprocess.run([sys.executable, str(script)], env=environment, timeout=1800).returncode
        passed, failed, skipped = passed + (status == 0), failed + (status not in (0, 77)), skipped + (status == 77)
        word = {0: "as it should end", 77: "skipped"}.get(status, f"FAILED with status {status}")
        print(f"----- {script.name}: {word}, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped" if skipped else f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
