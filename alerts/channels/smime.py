"""S/MIME for those who have a certificate: only they can read what their alerts say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from re import fullmatch

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7EnvelopeBuilder,
    PKCS7Options,
)

from alerts.errors import DeliveryError

_SUFFIX = ".pem"
_WARN_BEFORE = timedelta(days=30)
_NOT_USABLE = "certificate not usable"


class Certificates:
    """A folder with one certificate for each who wants one, named by staff id: s003.pem."""

    def __init__(self, folder: Path) -> None:
        """Reads nothing yet: a certificate may be replaced while the service runs."""
        self._folder = folder

    def has(self, staff_id: str) -> bool:
        """Whether this person's mail must be encrypted."""
        return bool(fullmatch(r"[\w-]{1,64}", staff_id)) and self._file(staff_id).exists()

    def seal(self, content: bytes, staff_id: str) -> bytes:
        """`content`, a MIME part, encrypted for this person (DER).

        Raises DeliveryError when the certificate can't be used: it is never sent in plain instead.
        """
        try:
            certificate = _read(self._file(staff_id))
            return (
                PKCS7EnvelopeBuilder()
                .set_data(content)
                .add_recipient(certificate)
                .set_content_encryption_algorithm(algorithms.AES256)
                .encrypt(Encoding.DER, [PKCS7Options.Binary])
            )
        except (OSError, ValueError, TypeError):
            raise DeliveryError(_NOT_USABLE, permanent=True) from None

    def check(self, now: datetime | None = None) -> str | None:
        """A sentence about the first certificate that can't be used, or soon not any more."""
        moment = now or datetime.now(UTC)
        if not self._folder.is_dir():
            return "The folder for certificates can't be read."
        for file in sorted(self._folder.glob(f"*{_SUFFIX}")):
            try:
                ends = _read(file).not_valid_after_utc
            except (OSError, ValueError, TypeError):
                return (
                    f"The certificate {file.name} can't be used, so no mail goes to that person;"
                    " it must be PEM and hold an RSA key."
                )
            if ends < moment + _WARN_BEFORE:
                return f"The certificate {file.name} ends on {ends:%d %B %Y}; ask for a new one."
        return None

    def _file(self, staff_id: str) -> Path:
        return self._folder / f"{staff_id}{_SUFFIX}"


def _read(file: Path) -> x509.Certificate:
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    if not isinstance(certificate.public_key(), rsa.RSAPublicKey):
        raise TypeError
    return certificate
