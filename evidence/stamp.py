"""Ask a time-stamp authority (RFC 3161) to say when something was there, and check what it said."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import requests
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from evidence.errors import StampError
from records.errors import ConfigurationError

DEADLINE_SECONDS = 5.0
MOST_BYTES = 64 * 1024
_PIECE = 4096
_QUERY = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamp authority: where it is asked, and the certificates that it must answer with."""

    url: str
    certificates: bytes = field(repr=False)
    """PEM: the authority's root, and what stands between it and the authority if it sends none."""
    seconds: float = DEADLINE_SECONDS

    def stamp(self, content: bytes) -> bytes:
        """A checked token over `content`, in the form of `openssl ts`; raises StampError."""
        query = TimestampRequestBuilder().data(content)
        request = query.hash_algorithm(HashAlgorithm.SHA256).build()
        token = _ask(self.url, request.as_bytes(), self.seconds)
        _check(token, content, self.certificates, VerifierBuilder.from_request(request))
        return token


def read_authority(url: str, certificate: Path) -> Authority:
    """The authority at `url`; raises ConfigurationError when its certificate can't be used."""
    return Authority(url, read_certificates(certificate))


def read_certificates(file: Path) -> bytes:
    """The PEM certificates in `file`; raises ConfigurationError when there is none."""
    try:
        content = file.read_bytes()
        x509.load_pem_x509_certificates(content)
    except OSError as fault:
        raise ConfigurationError(f"cannot be read ({fault.strerror}).", file=file) from None
    except ValueError:
        sentence = "holds no PEM certificate of a time-stamp authority."
        raise ConfigurationError(sentence, file=file) from None
    return content


def check_stamp(token: bytes, content: bytes, certificates: bytes) -> datetime:
    """When `content` was there, as the authority says; raises StampError.

    The authority's certificate must have been valid then, not now: a token outlives it.
    """
    return _check(token, content, certificates, VerifierBuilder())


def _check(token: bytes, content: bytes, certificates: bytes, builder: VerifierBuilder) -> datetime:
    try:
        for root in set(x509.load_pem_x509_certificates(certificates)):
            builder = builder.add_root_certificate(root)
        response = decode_timestamp_response(token)
        if response.as_bytes() != token:
            raise StampError("The time stamp has something behind its end.")
        builder.build().verify_message(response, content)
        when = response.tst_info.gen_time
    except VerificationError as fault:
        raise StampError(f"The time stamp does not hold: {fault}.", again=True) from None
    except ValueError:
        raise StampError("The time stamp is damaged, or is none.", again=True) from None
    return when


def _ask(url: str, query: bytes, seconds: float) -> bytes:
    """The answer's bytes, within `seconds` in all, however slowly they drip."""
    said: list[bytes | StampError] = []
    asking = threading.Thread(
        target=lambda: said.append(_answer(url, query, seconds)), name="time stamp", daemon=True
    )
    asking.start()
    asking.join(seconds)
    answer = said[0] if said else StampError("The time-stamp authority was too slow.", again=True)
    if isinstance(answer, StampError):
        raise answer
    return answer


def _answer(url: str, query: bytes, seconds: float) -> bytes | StampError:
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.post(
                url,
                data=query,
                headers=_QUERY,
                timeout=seconds,
                stream=True,
                allow_redirects=False,
            ) as answer:
                if answer.status_code != requests.codes.ok:
                    sentence = f"The time-stamp authority answered with {answer.status_code}."
                    return StampError(sentence, again=True)
                return _body(answer, time.monotonic() + seconds)
    except (requests.RequestException, OSError):
        return StampError("The time-stamp authority could not be reached.", again=True)


def _body(answer: requests.Response, until: float) -> bytes | StampError:
    content = bytearray()
    for piece in answer.iter_content(_PIECE):
        content += piece
        if len(content) > MOST_BYTES or time.monotonic() > until:
            return StampError("The time-stamp authority sent too much, or too slowly.", again=True)
    return bytes(content)
