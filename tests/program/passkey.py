"""An officer's passkey is a real one: made and used by headless Chromium's virtual authenticator against the real server.

Chromium is driven over its debugging pipe, without any library. Enrolment, sign-in and a signed statement succeed; a missing user
verification, a replayed challenge, an altered document, a counter that goes back and a revoked key are each refused with their own code.
"""
import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from province import MINGMA, Failed, Province, run_as_test

CHROMIUM = os.environ.get("MINGMA_CHROMIUM", "chromium")

PAGE = """
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=/g, '');
const post = async (path, body) => {
  const answer = await fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
  return {status: answer.status, body: await answer.json()};
};
const create = async options => {
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  const made = await navigator.credentials.create({publicKey: options});
  return {attestation: text(made.response.attestationObject), client_data: text(made.response.clientDataJSON), credential: text(made.rawId)};
};
const get = async options => {
  options.challenge = bytes(options.challenge);
  if (options.allowCredentials) options.allowCredentials.forEach(one => { one.id = bytes(one.id); });
  const made = await navigator.credentials.get({publicKey: options});
  return {credential: text(made.rawId), authenticator_data: text(made.response.authenticatorData),
          client_data: text(made.response.clientDataJSON), signature: text(made.response.signature)};
};
"""


class Chromium:
    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="mingma-chromium-")
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()
        os.set_inheritable(to_read, True)
        os.set_inheritable(from_write, True)
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$0" "$@" 3<&{to_read} 4>&{from_write}', CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(to_read, from_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.out, self.into = os.fdopen(to_write, "wb", buffering=0), os.fdopen(from_read, "rb")
        self.number, self.session = 0, None

    def call(self, method, session=True, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session and self.session:
            message["sessionId"] = self.session
        self.out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = json.loads(self.read())
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Failed(f"{method}: {answer['error']}")
                return answer["result"]

    def read(self):
        out = bytearray()
        while True:
            byte = self.into.read(1)
            if not byte:
                raise Failed("Chromium ended")
            if byte == b"\0":
                return bytes(out)
            out += byte

    def open(self, url):
        target = self.call("Target.createTarget", session=False, url=url)["targetId"]
        self.session = self.call("Target.attachToTarget", session=False, targetId=target, flatten=True)["sessionId"]
        self.call("WebAuthn.enable")
        self.device = self.call("WebAuthn.addVirtualAuthenticator", options={
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True})["authenticatorId"]

    def run(self, script):
        result = self.call("Runtime.evaluate", expression="(async () => {" + PAGE + script + "})()", awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise Failed(json.dumps(result["exceptionDetails"])[:600])
        return result["result"].get("value")

    def close(self):
        self.process.terminate()
        self.process.wait()
        subprocess.run(["rm", "-rf", self.profile], check=False)


def expect(condition, what):
    if not condition:
        raise Failed("it should be that " + what)
    print("   ok: " + what, flush=True)


def sign_by(file, kind, document):
    key = load_pem_private_key(open(file, "rb").read(), None)
    digest = hashlib.sha256(f"mingma/v1/{kind}\n".encode() + document.encode()).digest()
    key_id = json.loads(subprocess.run([MINGMA, "key", "show", str(file), "--json"], capture_output=True, text=True, check=True).stdout)["key_id"]
    return {"key": key_id, "signature": base64.b64encode(key.sign(digest)).decode()}


def tell(chromium, province):
    from datetime import datetime, timezone
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    institution = next(json.loads(file.read_text())["id"] for file in province.county.glob("documents/*-institution.json")
                       if json.loads(file.read_text())["class"] == "cdc")
    officer = f"{institution}/zhang"
    js = json.dumps

    made = chromium.run(f"const o = await post('/v1/officer-registration', {{officer: {js(officer)}, name: '张'}}); return await create(o.body);")
    key = chromium.run(f"return await post('/v1/officer-registration/key', {js(dict(officer=officer, attestation=made['attestation'], client_data=made['client_data']))});")
    expect(key["status"] == 200, f"the registration verifies ({key['body'].get('attestation_format')}, {key['body'].get('attestation')})")
    entry, key_id = key["body"]["key"], key["body"]["key_id"]
    entry["from"] = "2022-01-01T00:00:00Z"
    document = js({"type": "officer", "id": officer, "institution": institution, "role": "executing", "name": {"zh": "张", "en": "Zhang"},
                   "keys": [entry], "issued_at": now})

    def signature(kind, text):
        """The document's challenge from the server, signed by the passkey."""
        return chromium.run(f"const c = await post('/v1/document-challenges', {js({'type': kind, 'document': text})}); return await get(c.body);")

    def envelope(kind, text, assertion, *more):
        webauthn = {name: assertion[name] for name in ("authenticator_data", "client_data", "signature")}
        return {"type": kind, "document": text, "signatures": [*more, {"key": key_id, "webauthn": webauthn}]}

    def post(path, body):
        return chromium.run(f"return await post({js(path)}, {js(body)});")

    own = signature("officer", document)
    published = post("/v1/officers", envelope("officer", document, own, sign_by(province.key(institution), "officer", document)))
    expect(published["status"] in (200, 201), f"the officer is enrolled: {published['body']}")

    challenge = "const c = await post('/v1/officer-session/challenge', {});"
    signed_in = chromium.run(challenge + "const a = await get(c.body); const first = await post('/v1/officer-session', {...a, mode: 'token'});"
                             "const second = await post('/v1/officer-session', {...a, mode: 'token'}); return {first, second};")
    expect(signed_in["first"]["status"] == 201 and signed_in["first"]["body"]["officer"] == officer, "the passkey opens a session")
    expect(signed_in["second"]["body"].get("code") == "crypto.webauthn_challenge", "a replayed challenge: crypto.webauthn_challenge")

    chromium.call("WebAuthn.setUserVerified", authenticatorId=chromium.device, isUserVerified=False)
    lax = chromium.run(challenge + "c.body.userVerification = 'discouraged'; return await post('/v1/officer-session', await get(c.body));")
    chromium.call("WebAuthn.setUserVerified", authenticatorId=chromium.device, isUserVerified=True)
    expect(lax["body"].get("code") == "crypto.webauthn_user_not_verified", "without user verification: crypto.webauthn_user_not_verified")

    person = json.loads((province.county / "roster.ndjson").read_text().splitlines()[0])
    statement = js({"type": "statement", "institution": institution,
                    "person": {"document_type": "resident_id", "document_number": person["document_number"]},
                    "evidence": {"kind": "contact_finding", "last_exposure_at": now, "found_at": now, "level": "close"},
                    "source_record": "passkey-1", "signed_at": now})
    assertion = signature("statement", statement)
    altered = post("/v1/statements", envelope("statement", statement.replace("passkey-1", "passkey-2"), assertion))
    expect(altered["body"].get("code") == "crypto.webauthn_challenge", "an altered statement: crypto.webauthn_challenge")
    counted = post("/v1/statements", envelope("statement", statement, assertion))
    expect(counted["body"].get("outcome") == "accepted", f"the statement it was signed for counts: {counted['body']}")
    other = statement.replace("passkey-1", "passkey-3")
    wrong = signature("statement", other)
    broken = dict(wrong, signature=wrong["signature"][:-4] + ("AAAA" if wrong["signature"][-4:] != "AAAA" else "BBBB"))
    expect("webauthn" in post("/v1/statements", envelope("statement", other, broken))["body"].get("code", ""), "a broken signature is refused")

    held = chromium.call("WebAuthn.getCredentials", authenticatorId=chromium.device)["credentials"][0]
    chromium.call("WebAuthn.removeCredential", authenticatorId=chromium.device, credentialId=held["credentialId"])
    chromium.call("WebAuthn.addCredential", authenticatorId=chromium.device, credential=dict(held, signCount=0))
    copied = chromium.run(challenge + "return await post('/v1/officer-session', await get(c.body));")
    expect(copied["body"].get("code") == "shard.counter_back", "a copied authenticator with an old counter: shard.counter_back")

    province.run("officer", "revoke", "--officer", officer, "--reason", "lost", "--institution-key", province.key(institution), "--server", province.url)
    token = signed_in["first"]["body"]["session"]
    ended = chromium.run(f"return (await (await fetch('/v1/officer-session', {{headers: {{Authorization: 'Bearer {token}'}}}})).json());")
    expect(ended.get("code") == "service.unknown_key", "a revoked key ends its sessions: service.unknown_key")
    province.stop()
    report = province.run("audit", str(province.data), ok=(0, 1))
    expect("clean" in report, "the audit verifies every assertion again, byte for byte")
    print("1 passed, 0 failed")


def test():
    if subprocess.run(["sh", "-c", f"command -v {CHROMIUM}"], capture_output=True).returncode != 0:
        print("skipped: no Chromium")
        return
    province = Province(residents=200, nights=1, shards=2)
    chromium = Chromium()
    try:
        province.url = f"http://localhost:{province.port}"
        province.register_roster()
        province.server = subprocess.Popen([MINGMA, "serve", str(province.data), "--listen", f"127.0.0.1:{province.port}", "--public-url", province.url,
                                            "--demo", "--no-rate-limit"], stdout=province.log, stderr=province.log)
        province.wait_ready()
        province.publish_documents()
        chromium.open(province.url + "/healthz")
        tell(chromium, province)
    finally:
        chromium.close()
        province.close()


if __name__ == "__main__":
    run_as_test(test)
