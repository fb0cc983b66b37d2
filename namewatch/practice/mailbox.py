"""The practice mailbox: takes every mail on this machine and sends none on."""

from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from namewatch.ports import free_port


class _Keep:
    """Writes each mail as one numbered .eml file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep one mail; the newest stands under latest.txt, ready to read."""
        self._count += 1
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        (self._folder / f"{self._count:03d}.eml").write_bytes(raw)
        mail = BytesParser(policy=default).parsebytes(raw)
        body = mail.get_body(("plain",))
        words = body.get_content() if body else ""
        headers = "".join(f"{name}: {mail[name]}\n" for name in ("To", "Subject"))
        (self._folder / "latest.txt").write_text(f"{headers}\n{words}", encoding="utf-8")
        return "250 kept"


class Mailbox:
    """An SMTP server on loopback that keeps mails in `folder`."""

    def __init__(self, folder: Path) -> None:
        """Take a free port and start to listen."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self._controller = Controller(_Keep(folder), hostname="127.0.0.1", port=free_port())
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        """Close the mailbox."""
        self._controller.stop()
