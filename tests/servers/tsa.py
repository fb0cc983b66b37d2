"""A real time-stamp authority on 127.0.0.1: `openssl ts` behind HTTP, and one that misbehaves."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from tests.servers.answering import Answer, AnsweringServer, Asked

# `certs=` stays unset: with it, OpenSSL writes a set of certificates that is not in DER's order.
_CONFIG = """\
[tsa]
default_tsa = one
[one]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""
Misbehaviour = Callable[["Tsa", bytes], Answer]


@dataclass(frozen=True)
class Life:
    """From when to when the authority's certificate is valid."""

    begins: datetime
    ends: datetime


def valid(seconds: float = 86400) -> Life:
    now = datetime.now(UTC)
    return Life(now - timedelta(days=2), now + timedelta(seconds=seconds))


class Tsa:
    """Answers queries until the `with` block ends; `ca` is the file with its certificate."""

    def __init__(self, life: Life | None = None) -> None:
        self._life = life or valid()
        self.misbehaves: Misbehaviour | None = None
        self._server = AnsweringServer(self._answer)

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="tsa-"))
        self._write_keys()
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.__exit__(kind, fault, trace)
        shutil.rmtree(self.folder)

    @property
    def url(self) -> str:
        return f"{self._server.url}/stamp"

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def asked(self) -> int:
        return len(self._server.asked)

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "out"],
            cwd=self.folder,
            capture_output=True,
            check=True,
        )
        return (self.folder / "out").read_bytes()

    def _answer(self, asked: Asked) -> Answer:
        if self.misbehaves:
            return self.misbehaves(self, asked.body)
        return Answer(body=self.reply(asked.body))

    def _write_keys(self) -> None:
        root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        ca = _certificate("Invented root", root, root, valid(), of_root=True)
        tsa = _certificate("Invented time stamps", own, root, self._life, of_root=False)
        (self.folder / "ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
        (self.folder / "tsa.pem").write_bytes(tsa.public_bytes(Encoding.PEM))
        secret = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "tsa.key").write_bytes(secret)
        (self.folder / "tsa.cnf").write_text(_CONFIG)
        (self.folder / "serial").write_text("01\n")


def slow(_tsa: Tsa, _query: bytes) -> Answer:
    time.sleep(1.5)
    return Answer(500)


def dripping(tsa: Tsa, query: bytes) -> Answer:
    return Answer(body=tsa.reply(query), drips=True)


def endless(_tsa: Tsa, _query: bytes) -> Answer:
    return Answer(body=b"0" * 1_000_000)


def of_another_digest(tsa: Tsa, _query: bytes) -> Answer:
    return Answer(body=tsa.reply(_query_about(b"something else")))


def without_nonce(tsa: Tsa, _query: bytes) -> Answer:
    """As from one that plays back an old answer."""
    return Answer(body=tsa.reply(_query_about(b"content")))


def lying(tsa: Tsa, query: bytes) -> Answer:
    """The digest it was asked about, put into a token that was signed over another one."""
    other = _query_about(b"something else")
    return Answer(body=tsa.reply(other).replace(_digest_in(other), _digest_in(query)))


def refusing(_tsa: Tsa, _query: bytes) -> Answer:
    return Answer(body=bytes.fromhex("30053003020102"))  # granted: no, and no token


def leading_elsewhere(_tsa: Tsa, _query: bytes) -> Answer:
    return Answer(302, headers={"Location": "http://127.0.0.1:9/"})


def talking(_tsa: Tsa, _query: bytes) -> Answer:
    return Answer(body=b"<html>Out of order</html>")


def failing(_tsa: Tsa, _query: bytes) -> Answer:
    return Answer(503)


MISBEHAVIOURS = (
    slow,
    dripping,
    endless,
    of_another_digest,
    without_nonce,
    lying,
    refusing,
    leading_elsewhere,
    talking,
    failing,
)


def _query_about(content: bytes) -> bytes:
    query = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256)
    return query.build().as_bytes()


def _digest_in(query: bytes) -> bytes:
    at = query.index(bytes.fromhex("0420"))  # an octet string of 32 bytes
    return query[at + 2 : at + 34]


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    life: Life,
    *,
    of_root: bool,
) -> x509.Certificate:
    others = ("content_commitment", "key_encipherment", "data_encipherment")
    usage = dict.fromkeys((*others, "key_agreement", "encipher_only", "decipher_only"), False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Invented root")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(life.begins)
        .not_valid_after(life.ends)
        .add_extension(x509.BasicConstraints(ca=of_root, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not of_root, key_cert_sign=of_root, crl_sign=of_root, **usage
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
    )
    if not of_root:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    return builder.sign(signer, hashes.SHA256())
