"""A tiny OpenID provider over real HTTP: it believes whoever comes, and checks what a client must send."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "yinuo-test", "not-a-secret"


class Provider:
    """`claims` is what it says of the next person who signs in."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, str] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args):
                pass

            def do_GET(self):
                provider.answer(self, "")

            def do_POST(self):
                provider.answer(self, self.rfile.read(int(self.headers["Content-Length"])).decode())

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, asked: BaseHTTPRequestHandler, body: str) -> None:
        path = urlsplit(asked.path).path
        self.asked.append(path)
        answer = {
            "/.well-known/openid-configuration": self.configuration,
            "/token": lambda: self.token(dict(parse_qsl(body)), asked.headers),
            "/userinfo": lambda: self.claims,
            "/keys": lambda: {"keys": []},
        }.get(path)
        content = json.dumps(answer() if answer else {"error": "not found"}).encode()
        asked.send_response(200 if answer else 404)
        asked.send_header("Content-Type", "application/json")
        asked.send_header("Content-Length", str(len(content)))
        asked.end_headers()
        asked.wfile.write(content)

    def configuration(self):
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def authorize(self, address: str) -> str:
        """What a person's browser does there: agree, and be sent back to the client with a code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        self.codes["code-1"] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": "code-1", "state": asked["state"]})

    def token(self, sent, _headers):
        asked = self.codes.pop(sent["code"])
        assert (sent["client_id"], sent["client_secret"]) == (CLIENT, SECRET)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=")
        assert challenge.decode() == asked["code_challenge"]
        now = int(time.time())
        claims = self.claims | {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60}
        signed = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed}
