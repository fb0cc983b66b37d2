"""Encrypted alerts: read back by OpenSSL, as a mail program would."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from alerts.channels.email import EmailChannel, EmailSettings
from alerts.errors import DeliveryError
from alerts.message import Message, compose
from policies.pack_file import read_pack
from records.alert import AlertKind
from records.roster import StaffMember
from tests.servers.mail import MailServer

MORAG = StaffMember("s002", "Morag Sinclair", email="morag@seo.example")
RORY = StaffMember("s005", "Rory Gunn", email="rory@seo.example")
RECORD = "https://namewatch.seo.example/r/NW-2026-0041"
PEM = serialization.Encoding.PEM


def an_alert() -> Message:
    return compose(
        AlertKind.FIRST,
        pack=read_pack("spso"),
        reference="NW-2026-0041",
        severity="critical",
        role="line_manager",
        record_link=RECORD,
    )


def write_certificate(
    folder: Path, staff_id: str, *, days: int = 365, elliptic: bool = False
) -> Path:
    """Put somebody's certificate into the folder; returns the file of their key."""
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if elliptic:
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(exist_ok=True)
    (folder / f"{staff_id}.pem").write_bytes(certificate.public_bytes(PEM))
    key_file = folder.parent / f"{staff_id}.key"
    key_file.write_bytes(
        key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return key_file


def channel_to(mail: MailServer, folder: Path) -> EmailChannel:
    return EmailChannel(
        EmailSettings("127.0.0.1", mail.port, "alerts@seo.example", tls="none", certificates=folder)
    )


@pytest.mark.clause("SPSO 68")
def test_only_the_recipient_can_read_an_encrypted_alert(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    key = write_certificate(folder, "s002")
    with MailServer() as mail:
        channel = channel_to(mail, folder)
        channel.deliver(an_alert(), MORAG, "d7")
        channel.send_note(MORAG, "Your code", "Code: 123456")
        sealed, note = mail.mails
    raw = sealed.raw.decode("ascii")
    assert RECORD not in raw
    assert "threatened" not in raw
    assert sealed.message["Subject"] == "Confidential: NW-2026-0041 needs you now"
    assert sealed.message.get_content_type() == "application/pkcs7-mime"
    assert sealed.message.get_param("smime-type") == "enveloped-data"
    (tmp_path / "mail.eml").write_bytes(sealed.raw)
    opened = subprocess.run(
        ["openssl", "smime", "-decrypt", "-in", tmp_path / "mail.eml", "-inkey", key],
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert "Someone may have been threatened online." in opened
    assert RECORD in opened
    assert b"123456" not in note.raw


def test_who_has_no_certificate_gets_a_plain_mail(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    write_certificate(folder, "s002")
    with MailServer() as mail:
        channel_to(mail, folder).deliver(an_alert(), RORY, "d7")
        (plain,) = mail.mails
    assert plain.message.get_content_type() == "text/plain"


@pytest.mark.parametrize("damage", ["no certificate", "an elliptic one", "a folder"])
def test_a_certificate_that_cannot_be_used_never_makes_a_plain_mail(
    tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "certificates"
    write_certificate(folder, "s002", elliptic=damage == "an elliptic one")
    if damage == "no certificate":
        (folder / "s002.pem").write_text("not PEM")
    if damage == "a folder":
        (folder / "s002.pem").unlink()
        (folder / "s002.pem").mkdir()
    with MailServer() as mail:
        channel = channel_to(mail, folder)
        with pytest.raises(DeliveryError) as caught:
            channel.deliver(an_alert(), MORAG, "d7")
        assert mail.mails == []
        assert "s002.pem can't be used" in str(channel.check())
    assert (caught.value.code, caught.value.permanent) == ("certificate not usable", True)


def test_a_certificate_that_ends_soon_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    write_certificate(folder, "s002", days=20)
    with MailServer() as mail:
        channel = channel_to(mail, folder)
        assert "s002.pem ends on" in str(channel.check())
        channel.deliver(an_alert(), MORAG, "d7")
        assert mail.mails[0].message.get_content_type() == "application/pkcs7-mime"
        assert "can't be read" in str(channel_to(mail, tmp_path / "none").check())


def test_bounces_go_to_a_mailbox_of_their_own_and_nobody_can_guess_an_id() -> None:
    with MailServer() as mail:
        for key in (b"one", b"other"):
            EmailChannel(
                EmailSettings(
                    "127.0.0.1",
                    mail.port,
                    "alerts@seo.example",
                    tls="none",
                    bounces_to="bounces@seo.example",
                    id_key=key,
                )
            ).deliver(an_alert(), MORAG, "d7")
        first, second = mail.mails
    assert first.sender == "bounces@seo.example"
    assert "alerts@seo.example" in str(first.message["From"])
    assert first.message["Message-ID"] != second.message["Message-ID"]
