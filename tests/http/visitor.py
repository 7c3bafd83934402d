"""A resident's program: signs in through the sandbox provider with nothing but the standard library."""
import http.client
import json
import urllib.parse


def resident_number(sequence, area="410102", birth="19900101"):
    """An identity number that can exist (GB 11643): area, birth date, sequence and check digit."""
    digits = f"{area}{birth}{sequence:03d}"
    total = sum(int(d) * w for d, w in zip(digits, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)))
    return digits + "10X98765432"[total % 11]


# RFC 9421 B.1.3: a point on P-256. Whoever shows codes only needs a public key.
DEVICE_KEY = "BKiFWGVSwqz2Rxh4z9ewk1tP/g/S38NBJI6he8QeBYrwMc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0="


class Visitor:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.session = None

    def call(self, method, target, body=None, headers=None):
        headers = dict(headers or {})
        if self.session:
            headers["Authorization"] = "Bearer " + self.session
        if isinstance(body, dict):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        self.connection.request(method, target, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def ask(self, method, target, body=None):
        """The JSON of the answer, which has to be a good one."""
        status, _, answer = self.call(method, target, body)
        assert status == 200 or (status == 201 and method == "POST"), (method, target, status, answer[:300])
        return json.loads(answer)

    def sign_in(self, number, name="测试"):
        status, headers, body = self.call("GET", "/v1/session/login?mode=token")
        assert status == 303, (status, body)
        cookie = headers["Set-Cookie"].split(";")[0]
        query = urllib.parse.urlsplit(headers["Location"]).query
        person = urllib.parse.urlencode({"document_type": "resident_id", "document_number": number, "name": name})
        status, headers, body = self.call("POST", "/oidc/authorize", query + "&" + person,
                                          {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 303, (status, body)
        back = urllib.parse.urlsplit(headers["Location"])
        status, _, body = self.call("GET", back.path + "?" + back.query, headers={"Cookie": cookie})
        assert status == 200, (status, body)
        self.session = json.loads(body)["session"]
        return self.session

    def register(self, home="410102"):
        status, _, body = self.call("POST", "/v1/residents", {"home": home})
        assert status in (200, 201), (status, body)
        status, _, body = self.call("POST", "/v1/me/devices", {"public_key": DEVICE_KEY})
        assert status in (200, 201), (status, body)
        return json.loads(body)["device"]
