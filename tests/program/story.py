"""What the scenarios share: telling, expecting, signing documents, residents at the door."""
import json
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

from province import MINGMA, Failed, Province


def chapter(number, zh, en):
    print(f"\n{number}. {zh}  {en}", flush=True)


def tell(text):
    print("   " + text, flush=True)


def expect(condition, what):
    if not condition:
        raise Failed("it should be that " + what)
    tell("ok: " + what)


def instant(seconds=0):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_json(path, content):
    path.write_text(json.dumps(content, ensure_ascii=False))
    return str(path)


def until(seconds, what, found):
    """Waits for `found()` to be true; gives its value."""
    end = time.monotonic() + seconds
    while True:
        value = found()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(0.25)


def receipt(province, number):
    return json.loads(province.run("why", "--document", number, "--server", province.url, "--json").splitlines()[0])


class Door:
    """A checkpoint's phone: it holds a trust pack and the pack key, and no network."""

    def __init__(self, province):
        self.province = province
        self.pack = province.folder / "trust-pack.bin"
        self.fetch()

    def fetch(self):
        self.pack.write_bytes(self.province.get("/v1/trust-pack"))

    def verdict(self, text, at=None):
        out = self.province.run("code", "verify", "--trust-pack", str(self.pack), "--pack-key",
                                str(self.province.data / "trust-pack.pem.pub"), "--text", text, "--json",
                                *(("--at", at) if at else ()), ok=(0, 1))
        return json.loads(out)


class Phone:
    def __init__(self, province, number, name="me"):
        self.province, self.number = province, number
        self.key = province.folder / f"{name}-phone.pem"
        self.credential = province.folder / f"{name}.cbor"
        province.run("key", "new", str(self.key), "--algorithm", "es256")

    def refresh(self):
        self.province.run("why", "--document", self.number, "--server", self.province.url, "--json", "--phone-key", str(self.key),
                          "--credential", str(self.credential))

    def show(self):
        """The text of the QR code; the phone makes it by itself."""
        return self.province.run("code", "show", "--credential", str(self.credential), "--phone-key", str(self.key),
                                 "--no-picture").strip().splitlines()[-1]


def main(story):
    try:
        story()
    except Failed as failure:
        print(f"\nFAILED: {failure}")
        sys.exit(1)
    print("\nThe end is as it should be.")
