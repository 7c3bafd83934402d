"""An institution's system written from the documents alone: RFC 9421 and 9530 with openssl, the manifest, the line tree.

It signs well, and on request it signs what it should not: another digest, an old date, a nonce used before.
"""
import base64
import hashlib
import hmac
import http.client
import json
import os
import secrets
import subprocess
import tempfile
import time
import uuid

from province import MINGMA, Failed


def content_digest(body):
    return "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"


def lines_root(hashes):
    """RFC 6962 tree hash over the line hashes."""
    level = [hashlib.sha256(b"\0" + one).digest() for one in hashes]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2:]
    return level[0]


class Sender:
    def __init__(self, port, institution, key):
        self.port, self.institution, self.key = port, institution, str(key)
        shown = subprocess.run([MINGMA, "key", "show", self.key, "--json"], capture_output=True, text=True, check=True)
        self.key_id = json.loads(shown.stdout)["key_id"]

    def sign(self, text):
        with tempfile.NamedTemporaryFile() as base:
            base.write(text.encode())
            base.flush()
            done = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.key, "-in", base.name],
                                  capture_output=True)
        if done.returncode != 0:
            raise Failed(f"openssl cannot sign: {done.stderr.decode()[-300:]}")
        return base64.b64encode(done.stdout).decode()

    def headers(self, method, path, digest, created=None, nonce=None, expires=None):
        created = int(time.time()) if created is None else created
        parameters = f'("@method" "@authority" "@path" "content-digest");created={created}'
        if expires is not None:
            parameters += f";expires={expires}"
        parameters += f';nonce="{nonce or secrets.token_hex(12)}";keyid="{self.key_id}";alg="ed25519";tag="mingma"'
        base = (f'"@method": {method}\n"@authority": 127.0.0.1:{self.port}\n"@path": {path}\n"content-digest": {digest}\n'
                f'"@signature-params": {parameters}')
        return {"Content-Digest": digest, "Signature-Input": f"mingma={parameters}", "Signature": f"mingma=:{self.sign(base)}:"}

    def call(self, method, path, body=b"", headers=None, content_type="application/json"):
        """Signs and sends, unless the headers are given. The status and the problem, outcome or text answered."""
        headers = dict(headers or self.headers(method, path, content_digest(body)))
        if body:
            headers["Content-Type"] = content_type
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def manifest(self, body, **changes):
        """A manifest of one part that fits `body`; `changes` replace members of it."""
        salt = os.urandom(32)
        lines = [line for line in body.split(b"\n") if line.strip()]
        hashes = [hmac.digest(salt, line, "sha256") for line in lines]
        part = {"count": len(lines), "digest": content_digest(body), "lines_root": base64.b64encode(lines_root(hashes)).decode()}
        out = {"submission_id": str(uuid.uuid4()), "institution": self.institution, "format": "fhir-ndjson",
               "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "salt": base64.b64encode(salt).decode(),
               "parts": [part]}
        out.update(changes)
        return out

    def create(self, manifest):
        return self.call("POST", "/v1/submissions", json.dumps(manifest).encode())

    def put(self, manifest, body, headers=None, part=0):
        return self.call("PUT", f"/v1/submissions/{manifest['submission_id']}/parts/{part}", body, headers,
                         content_type="application/x-ndjson")

    def outcomes(self, manifest, part=0):
        path = f"/v1/submissions/{manifest['submission_id']}/parts/{part}/outcomes"
        _, text = self.call("GET", path)
        text = text if isinstance(text, bytes) else json.dumps(text).encode()
        return [json.loads(line) for line in text.splitlines()]
