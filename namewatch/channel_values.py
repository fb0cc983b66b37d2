"""Settings as the registry of channels takes them: plain names and texts."""

from hashlib import sha256
from hmac import digest

from monitors.sources.mailbox_imap import Access
from namewatch.configuration import Configuration
from namewatch.settings import Mail, Notify, Settings, Slack, Teams
from policies.seats import holders

_ROOM_FOR = "communications_manager"


def channel_values(
    settings: Settings, configuration: Configuration, pepper: bytes
) -> dict[str, str]:
    """What stands under [mail], [slack], [notify] and [teams], and who reads the Slack channel."""
    values = service_values(settings)
    if settings.mail:
        values["smtp_id_key"] = digest(pepper, b"message ids", sha256).hex()
    if settings.slack:
        values["slack_room_members"] = _keepers(configuration)
    return values


def service_values(settings: Settings) -> dict[str, str]:
    """The same without what is known of people: enough to say which hosts are asked."""
    values: dict[str, str] = {}
    if settings.mail:
        values |= _mail(settings.mail)
    if settings.slack:
        values |= _slack(settings.slack)
    if settings.notify:
        values |= _notify(settings.notify)
    if settings.teams:
        values |= _teams(settings.teams)
    return values


def bounce_access(settings: Settings) -> Access | None:
    """How the mailbox for bounces is read, if there is one."""
    if (bounces := settings.bounces) is None:
        return None
    return Access(
        host=bounces.host,
        port=bounces.port,
        username=bounces.username,
        password=bounces.password.get_secret_value(),
        token=bounces.token.get_secret_value(),
        folder=bounces.folder,
        secured=bounces.tls == "tls",
        ca_file=bounces.ca_file,
    )


def _mail(mail: Mail) -> dict[str, str]:
    return {
        "smtp_host": mail.host,
        "smtp_port": str(mail.port),
        "smtp_sender": mail.sender,
        "smtp_tls": mail.tls,
        "smtp_username": mail.username,
        "smtp_password": mail.password.get_secret_value(),
        "smtp_ca_file": str(mail.ca_file or ""),
        "smtp_bounces_to": mail.bounces_to,
        "smtp_certificates": str(mail.certificates or ""),
    }


def _keepers(configuration: Configuration) -> str:
    roster, organisation = configuration.roster, configuration.organisation
    keepers = holders(configuration.pack, organisation, _ROOM_FOR)
    return ";".join(f"{one}={roster[one].slack_id}" for one in keepers)


def _slack(slack: Slack) -> dict[str, str]:
    return {
        "slack_bot_token": slack.bot_token.get_secret_value(),
        "slack_base_url": slack.base_url or "",
        "slack_room": slack.room,
    }


def _notify(notify: Notify) -> dict[str, str]:
    return {
        "notify_api_key": notify.api_key.get_secret_value(),
        "notify_email_template": notify.email_template,
        "notify_sms_template": notify.sms_template,
        "notify_base_url": notify.base_url,
    }


def _teams(teams: Teams) -> dict[str, str]:
    return {
        "teams_tenant": teams.tenant,
        "teams_client_id": teams.client_id,
        "teams_client_secret": teams.client_secret.get_secret_value(),
        "teams_app_id": teams.app_id,
        "teams_graph_url": teams.graph_url,
        "teams_sign_in_url": teams.sign_in_url,
    }
