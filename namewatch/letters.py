"""The office and the mail, for what is written to people apart from alerts."""

from alerts.channels.email import from_settings
from casework.office import Office
from namewatch.configuration import Configuration
from namewatch.settings import Settings
from records.errors import ConfigurationError
from workflows.digest import Send


def office_of(configuration: Configuration) -> Office:
    """Policy, body and staff, as casework asks about them."""
    return Office(configuration.pack, configuration.organisation, configuration.roster)


def sender_of(settings: Settings) -> Send:
    """What mails a person; raises ConfigurationError when no mail is set up."""
    mail = settings.mail
    values = {}
    if mail is not None:
        values = {
            "smtp_host": mail.host,
            "smtp_port": str(mail.port),
            "smtp_sender": mail.sender,
            "smtp_tls": mail.tls,
            "smtp_username": mail.username,
            "smtp_password": mail.password.get_secret_value(),
            "smtp_ca_file": str(mail.ca_file or ""),
        }
    channel = from_settings(values)
    if channel is None:
        raise ConfigurationError(
            "no e-mail is set up, so nothing can be sent; fill in [mail].",
            file=settings.home / "settings.toml",
        )
    return channel.send_note
