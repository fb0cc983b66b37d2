"""A loopback identity provider: signs people in at once, keeps to PKCE, and errs when told to."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.servers.web import WebRequest, WebServer

CLIENT, CLIENT_SECRET = "namewatch-console", "a-client-secret"
TENANT = "10000000-aaaa-4000-8000-00000000000a"


class OidcServer(WebServer):
    """Serves until the `with` block ends; `person` is whoever signs in next."""

    def __init__(self, now: int) -> None:
        super().__init__()
        self.now = now
        self.person = {"sub": "person-1", "email": "s010@seo.example"}
        self.claims: dict[str, Any] = {}
        """Said instead of what is true."""
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.signs_with = self.key
        self.algorithm = "RS256"
        self.described: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.redirects: list[str] = []

    def requests(self) -> type[WebRequest]:
        server = self

        class OidcRequest(WebRequest):
            def get(self) -> None:
                if self.place == "/.well-known/openid-configuration":
                    self._json(200, server.description())
                elif self.place == "/keys":
                    self._json(200, dict(KeySet([server.key]).as_dict(private=False)))
                else:
                    super().get()

            def post(self) -> None:
                form = dict(parse_qsl(self.content().decode()))
                self._json(*server.token(form))

            def _json(self, status: int, value: dict[str, Any]) -> None:
                headers = {"Content-Type": "application/json"}
                self.send(status, headers, json.dumps(value).encode())

        return OidcRequest

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        } | self.described

    def visit(self, address: str) -> str:
        """What somebody does who follows the link, and signs in there; where they are led back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = urlencode({"code": code, "state": asked["state"]})
        self.redirects.append(asked["redirect_uri"])
        return f"{urlsplit(asked['redirect_uri']).path}?{answer}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None:
            return 400, {"error": "invalid_grant"}
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if asked["code_challenge_method"] != "S256" or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": "unused",
            "token_type": "Bearer",
            "id_token": self._id_token(asked),
        }

    def _id_token(self, asked: dict[str, str]) -> str:
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "exp": self.now + 300,
            "iat": self.now,
            "nonce": asked["nonce"],
            **({"auth_time": self.now} if "max_age" in asked else {}),
            **self.person,
            **self.claims,
        }
        header = {"alg": self.algorithm, "kid": "one"}
        if self.algorithm == "none":
            parts = (json.dumps(one).encode() for one in (header, claims))
            return ".".join(urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts) + "."
        return jwt.encode(
            header, {k: v for k, v in claims.items() if v is not None}, self.signs_with
        )
