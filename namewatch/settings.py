"""The only reader of the environment: where things are, and how to reach the world outside."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from records.errors import ConfigurationError
from records.toml_file import checked, read_toml

_HOST = r"^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$"
"""A host by name; `*.example.org` for all below it."""
PRACTICE_MARK = "PRACTICE"
"""A file of this name shows that a folder was made for practice and may be thrown away."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mail(_Table):
    """The `[mail]` table: the server that takes our mail."""

    host: str
    port: int = Field(default=587, gt=0, lt=65536)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: str
    ca_file: Path | None = None
    bounces_to: str = ""
    certificates: Path | None = None


class BouncesSettings(_Table):
    """The `[bounces]` table: the mailbox that `bounces_to` of `[mail]` names, read over IMAP."""

    host: str = Field(min_length=1)
    port: int = Field(default=993, gt=0, lt=65536)
    tls: Literal["tls", "none"] = "tls"
    username: str = Field(min_length=1)
    password: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    folder: str = "INBOX"
    ca_file: Path | None = None
    every_seconds: float = Field(default=60, ge=1, le=3600)

    @model_validator(mode="after")
    def _one_can_sign_in(self) -> Self:
        if bool(self.password.get_secret_value()) == bool(self.token.get_secret_value()):
            raise ValueError("give either password or token")
        if self.tls == "none" and not on_this_machine(self.host):
            raise ValueError("tls = none is for a server on this machine alone")
        return self


class Slack(_Table):
    """The `[slack]` table: the two tokens of the body's own Slack application.

    `room` is the id of a private channel of the communications manager's own.
    """

    bot_token: SecretStr
    app_token: SecretStr | None = None
    base_url: str | None = None
    room: str = Field(default="", pattern="^[A-Z0-9]*$")


class Notify(_Table):
    """The `[notify]` table: GOV.UK Notify, its key and the ids of the two templates."""

    api_key: SecretStr
    email_template: str = ""
    sms_template: str = ""
    base_url: str = ""


class Teams(_Table):
    """The `[teams]` table: the body's own application in Microsoft Entra and in Teams."""

    tenant: str
    client_id: str
    client_secret: SecretStr
    app_id: str
    graph_url: str = ""
    sign_in_url: str = ""


class Entra(_Table):
    """The `[entra]` table: the application that may read the staff from Microsoft Entra."""

    tenant: str
    client_id: str
    client_secret: SecretStr
    graph_url: str = ""
    sign_in_url: str = ""


class Google(_Table):
    """The `[google]` table: the service account that may read the staff from Google Workspace."""

    key_file: Path
    admin: str
    api_url: str = ""
    token_url: str = ""


class Operations(_Table):
    """The `[operations]` table: where alarms without content go besides by mail."""

    urls: tuple[SecretStr, ...] = ()
    """Apprise's addresses; they hold secrets."""


class Outgoing(_Table):
    """The `[outgoing]` table: hosts that are reached besides those that the settings name."""

    also: tuple[Annotated[str, StringConstraints(pattern=_HOST)], ...] = ()


class AlertsSettings(_Table):
    """The `[alerts]` table: by which channels people are told at once; the others stand by."""

    at_once: tuple[Literal["email", "slack", "notify_email", "teams"], ...] = ("email", "slack")


class ProviderSettings(_Table):
    """The `[console.oidc]` table: the body's own identity provider (OpenID Connect)."""

    issuer: str
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    title: str = Field(min_length=1, max_length=40)
    """What people call it, for the button."""
    tenant: str = ""
    """Of Microsoft Entra: the id of the body's own."""

    @model_validator(mode="after")
    def _one_body_at_a_safe_address(self) -> Self:
        address = urlsplit(self.issuer)
        if address.scheme != "https" and address.hostname not in {"127.0.0.1", "localhost"}:
            raise ValueError("issuer must begin with https://")
        if address.hostname == "login.microsoftonline.com" and not self.tenant:
            raise ValueError("give tenant as well: only people of your own body may come in")
        if self.tenant and self.tenant not in self.issuer:
            raise ValueError(
                "issuer has to hold the tenant, as in https://login.microsoftonline.com/TENANT/v2.0"
            )
        return self


class Console(_Table):
    """The `[console]` table: where the record pages are served, and who signs in how."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, lt=65536)
    url: str | None = None
    passwords: bool = False
    """Whether people may set a password with a second factor."""
    codes_always: bool = False
    """Whether a code is mailed also to who has another way, which is then still asked for."""
    oidc: ProviderSettings | None = None


class Capture(_Table):
    """The `[capture]` table: how pages are pictured."""

    browser: Path | None = None
    allow_loopback: bool = False


class EvidenceSettings(_Table):
    """The `[evidence]` table: who stamps the time, and where evidence lies."""

    tsa_url: str | None = Field(default=None, pattern="^https?://")
    tsa_certificate: Path | None = None
    store: str | None = Field(default=None, pattern="^s3://[^/]+")
    endpoint: str | None = Field(default=None, pattern="^https?://")
    region: str = "us-east-1"
    access_key: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _a_stamp_can_be_checked(self) -> Self:
        if (self.tsa_url is None) != (self.tsa_certificate is None):
            raise ValueError(
                "tsa_url and tsa_certificate go together: a time stamp is kept only when it can be"
                " checked against the authority's own certificate"
            )
        return self


class Images(_Table):
    """The `[images]` table: whether text in pictures is read."""

    read: bool = True


class CanarySettings(_Table):
    """The `[canary]` table: a post about somebody invented that must be found again and again."""

    name: str = Field(min_length=5)
    sources: tuple[str, ...] = Field(min_length=1)
    every_hours: float = Field(default=26, gt=0)


class DigestSettings(_Table):
    """The `[digest]` table: how often a digest for the leadership is drafted."""

    every: Literal["week", "month", "never"] = "month"


class CalendarSettings(_Table):
    """One `[[calendars]]` table: a calendar that says who is away, in a file or at an address."""

    file: Path | None = None
    address: SecretStr | None = None
    """https only; whoever has it can read the calendar, so it is treated as a secret."""
    staff_id: str | None = None
    """Whose calendar it is; without it each event says so itself."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.file is None) == (self.address is None):
            raise ValueError("give either file or address")
        address = self.address.get_secret_value() if self.address else "https://"
        if not address.startswith("https://"):
            raise ValueError("address must begin with https://")
        return self


class SourceSettings(BaseModel):
    """One `[[sources]]` table: a kind of source, its name and the options of that kind."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str
    name: str = ""

    @property
    def title(self) -> str:
        """Under which its cursor is kept and it is spoken of."""
        return self.name or self.kind

    @property
    def options(self) -> Mapping[str, object]:
        """What else stands in the table."""
        return self.model_extra or {}


class Settings(BaseSettings):
    """All settings. The environment (NAMEWATCH_MAIL__PASSWORD=…) goes before settings.toml."""

    model_config = SettingsConfigDict(
        env_prefix="NAMEWATCH_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    home: Path
    practice: bool = False
    database_url: str | None = None
    acting_as: str | None = None
    """The staff id in whose name this machine's command line acknowledges."""
    alarms_to: tuple[str, ...] = ()
    """Staff ids of those who are told when a place is not being watched."""
    mail: Mail | None = None
    slack: Slack | None = None
    bounces: BouncesSettings | None = None
    notify: Notify | None = None
    teams: Teams | None = None
    entra: Entra | None = None
    google: Google | None = None
    operations: Operations = Operations()
    outgoing: Outgoing = Outgoing()
    alerts: AlertsSettings = AlertsSettings()
    console: Console = Console()
    capture: Capture = Capture()
    evidence: EvidenceSettings = EvidenceSettings()
    images: Images = Images()
    canary: CanarySettings | None = None
    digest: DigestSettings = DigestSettings()
    calendars: tuple[CalendarSettings, ...] = ()
    sources: tuple[SourceSettings, ...] = (SourceSettings(kind="bluesky"),)

    @field_validator("sources")
    @classmethod
    def _sources_have_their_own_names(
        cls, sources: tuple[SourceSettings, ...]
    ) -> tuple[SourceSettings, ...]:
        titles = [one.title for one in sources]
        if any(titles.count(title) > 1 for title in titles):
            raise ValueError(
                "two sources have the same name; give each a name of its own,"
                " since how far it was read is kept under it"
            )
        return sources

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file."""
        return env_settings, init_settings

    @property
    def organisation_file(self) -> Path:
        """Where the body is described."""
        return self.home / "organisation.toml"

    @property
    def roster_file(self) -> Path:
        """Where the staff are listed."""
        return self.home / "roster.csv"

    @property
    def absences_file(self) -> Path:
        """Where absences are listed; may be missing."""
        return self.home / "absences.csv"

    @property
    def keys_folder(self) -> Path:
        """Where the keys lie, outside the database and its backups."""
        return self.home / "keys"

    @property
    def evidence_folder(self) -> Path:
        """Where the sealed bundles lie."""
        return self.home / "evidence"

    @property
    def database(self) -> str:
        """The database's address; a file in the home folder unless set."""
        return self.database_url or f"sqlite:///{self.home / 'namewatch.db'}"


class _Where(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="NAMEWATCH_", extra="ignore", env_ignore_empty=True
    )

    home: Path | None = None
    practice_home: Path = Path("practice-home")
    new_home: Path = Path("namewatch-home")


def practice_home() -> Path:
    """The folder of the practice run."""
    return _Where().practice_home.absolute()


def new_home() -> Path:
    """The folder that set-up in the practice console writes."""
    return _Where().new_home.expanduser().absolute()


def environment_with(home: Path) -> dict[str, str]:
    """The environment of a program of ours that works on `home`."""
    return {**os.environ, "NAMEWATCH_HOME": str(home)}


def start_over(home: Path) -> NoReturn:
    """Become a program that was started with NAMEWATCH_HOME at `home`, in the same process."""
    os.environ["NAMEWATCH_HOME"] = str(home)
    os.execv(sys.executable, [sys.executable, "-m", "namewatch", *sys.argv[1:]])  # noqa: S606


def configured_home() -> Path | None:
    """The folder named by NAMEWATCH_HOME, if it is set."""
    home = _Where().home
    return home.expanduser().absolute() if home else None


def home_in_use() -> Path:
    """NAMEWATCH_HOME, else the practice run's folder; raises ConfigurationError without either."""
    if configured_home() is None and not practice_home().is_dir():
        raise ConfigurationError(
            "nothing is set up here yet: start `namewatch run` to practise, or set NAMEWATCH_HOME"
            " to a folder and run `namewatch init`."
        )
    return configured_home() or practice_home()


def read_settings(home: Path) -> Settings:
    """Settings of `home`: settings.toml if there is one, under the environment's."""
    _check_folder(home)
    file = home / "settings.toml"
    content: dict[str, Any] = read_toml(file) if file.exists() else {}
    content["home"] = home
    content["practice"] = (home / PRACTICE_MARK).exists()
    settings = checked(lambda: Settings(**content), file).model_copy(update={"home": home})
    return _kept_inside(settings, file) if settings.practice else settings


def _kept_inside(settings: Settings, file: Path) -> Settings:
    """Practice reaches nobody outside, whatever the environment says; raises ConfigurationError."""
    if settings.mail and not on_this_machine(settings.mail.host):
        raise ConfigurationError(
            "practice sends no mail outside; take NAMEWATCH_MAIL__HOST out of the environment.",
            file=file,
        )
    return settings.model_copy(
        update={
            "slack": None,
            "notify": None,
            "teams": None,
            "entra": None,
            "google": None,
            "bounces": None,
            "operations": Operations(),
            "calendars": (),
        }
    )


def on_this_machine(host: str) -> bool:
    """Whether a server of this name can only be on this machine."""
    return host in {"127.0.0.1", "::1", "localhost"}


def _check_folder(home: Path) -> None:
    try:
        found = home.is_dir()
        (home / "settings.toml").exists()
    except OSError as error:
        raise ConfigurationError(
            f"this folder can't be read ({error.strerror}); run as the user it belongs to.",
            file=home,
        ) from None
    if not found:
        raise ConfigurationError(
            "there is no such folder; correct NAMEWATCH_HOME, or run `namewatch init`.", file=home
        )
