"""The running service: sources, screening, engine, clock and console in one process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from sqlmodel import Session

from alerts.channels.email import EmailChannel
from alerts.channels.operations import Operations
from alerts.channels.slack import SlackListener
from alerts.routing import Recipient
from console.app import create_app
from console.desk import Desk
from console.server import ConsoleServer
from evidence.printing import print_pdf
from evidence.seal import signers_in
from evidence.vault import Vault
from evidence.verify import Trusted
from monitors.runner import Runner, SourceStatus
from monitors.source import Source
from namewatch import presses
from namewatch.bootstrap import Built, sources_of
from namewatch.canary import CANARY, canary_of, with_canary
from namewatch.channel_values import bounce_access
from namewatch.configuration import Configuration
from namewatch.door_values import door_rules
from namewatch.erasing import eraser_of, take_away_beside
from namewatch.goes_out import hosts_out
from namewatch.machine import machine_of
from namewatch.new_body import NewBodyDesk
from namewatch.reloading import Reloading
from namewatch.screener_in_use import ScreenerInUse
from namewatch.setting_up import SetUpDesk
from namewatch.upkeep import Upkeep
from nlp.classifier import SHIPPED, Classifier
from nlp.entities import SPACY
from nlp.images import OcrReader
from nlp.lessons import features
from nlp.screening import Screener
from records import outgoing
from records.alone import hold_alone
from records.errors import ConfigurationError
from records.finding import Finding
from records.incident import Incident
from records.post import Post
from records.roster import StaffMember
from workflows import pictures, rechecks, reported
from workflows.afterwards import Afterwards
from workflows.alarm import SourceAlarm
from workflows.bounces import Bounces
from workflows.coverage import Beats, Coverage
from workflows.custody_stamp import DailyStamp
from workflows.engine import Engine
from workflows.erase_again import destroy_again
from workflows.joining import Joining
from workflows.learning import Learning
from workflows.operations import OperationsAlarms, by_mail
from workflows.pass_on import pass_on
from workflows.services import install
from workflows.timers import Timers
from workflows.watch import Watch

SECONDS_TO_STOP = 5.0
OWN_KEY = "this installation's own key"


def _passed_on_page(
    engine: Engine, session: Session, incident: Incident, actor: str
) -> Recipient | None:
    """Pass on, as pressed on the record's page."""
    return pass_on(session, engine, incident, actor=actor, via="page")


@dataclass
class Service:
    """Everything that runs, in the order in which it starts."""

    built: Built
    report: Callable[[SourceStatus], None]
    classifier: Classifier | None = SHIPPED
    new_body: NewBodyDesk | None = None
    """While practising: takes the answers about a body of one's own."""
    mails: Path | None = None
    """While practising: where its mails lie."""
    _stops: list[Callable[[], object]] = field(default_factory=list)
    _screening: ScreenerInUse | None = None
    _reloading: Reloading | None = None
    _desk: Desk | None = None

    def start(self) -> None:
        """Start all parts; raises ConfigurationError when one can't, after stopping the others."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        services = self.built.services
        sources = sources_of(self.built.settings, services.database)
        self._stops.append(hold_alone(services.database))
        outgoing.keep_to(hosts_out(self.built.settings))
        self._stops.append(outgoing.keep_to_none)
        eraser = eraser_of(self.built.settings, services.database)
        destroy_again(eraser, now=services.now())
        install(services)
        self._start_console()
        take_away_beside(eraser)
        engine = Engine(services.database)
        self._stops.append(engine.stop)
        assert self._desk
        self._desk.pass_on = partial(_passed_on_page, engine)
        self._desk.joining = Joining(services, engine)
        timers = Timers(services, engine)
        timers.start()
        self._stops.append(timers.stop)
        stamp = DailyStamp(services)
        stamp.start()
        self._stops.append(stamp.stop)
        afterwards = Afterwards(self._send_note, self.built.settings.digest.every)
        afterwards.start()
        self._stops.append(afterwards.stop)
        self._start_slack(engine)
        bounces = Bounces(services, bounce_access(self.built.settings))
        bounces.start()
        self._stops.append(bounces.stop)
        first = self._screener_for(self.built.configuration)
        screener = self._screening = ScreenerInUse(first)
        learning = Learning(services, screener)
        learning.look()
        watch = Watch(
            services,
            engine,
            screener.screen,
            learning.look,
            screener.suspects,
            screener.named,
            reads_pictures=self.built.settings.images.read,
            canary=CANARY if self.built.settings.canary else "",
        )
        rechecks.install(watch.take_wording)
        reader = OcrReader() if self.built.settings.images.read else None
        pictures.install(pictures.PictureDesk(watch, reader))
        reported.install(reported.ReportDesk(watch, reader))
        self._read(sources, watch)
        first.warm()
        self._reloading = Reloading(self.built, self._take_up)
        self._reloading.start()
        self._stops.append(self._reloading.stop)
        upkeep = Upkeep(self.built)
        upkeep.start()
        self._stops.append(upkeep.stop)

    def read_anew(self) -> None:
        """Look at the body's files at once, as SIGHUP asks; safe in a signal's handler."""
        if self._reloading:
            self._reloading.ask()

    def _screener_for(self, held: Configuration) -> Screener:
        """One that knows these people and rules."""
        return Screener(
            held.organisation,
            with_canary(held.roster, self.built.settings),
            held.pack,
            entities=SPACY if self.classifier else None,
            classifier=self.classifier,
            today=date.today(),  # noqa: DTZ011
        )

    def _take_up(self, fresh: Configuration) -> None:
        """Screen and show by new files; raises when they can't be, and then nothing has changed."""
        screener = self._screener_for(fresh)
        screener.warm()
        assert self._screening
        assert self._desk
        self._screening.exchange(screener)
        self._desk.renew(fresh.organisation, fresh.roster, fresh.pack)

    def _read(self, sources: Sequence[Source], watch: Watch) -> None:
        """Read the sources, and keep the ledger of what was watched."""
        reads_back = {one.name: getattr(one, "reads_back", None) for one in sources}
        services = self.built.services
        canary = canary_of(self.built.settings)
        coverage = Coverage(services, reads_back, watch.kept.__getitem__, canary)
        coverage.begin()

        def told(status: SourceStatus) -> None:
            self.report(status)
            coverage.tell(status)

        runner = Runner(sources, watch.cursor, watch.take_some, told)
        alarm = SourceAlarm(services, self._send_note, self.built.settings.alarms_to)
        operations = self._operations()
        beats = Beats(coverage, runner.statuses, lambda: alarm.look() + operations.look())
        runner.start()
        beats.start()
        self._stops += [lambda: runner.stop(SECONDS_TO_STOP), beats.stop]

    def stop(self) -> None:
        """Stop all parts, the last started first; what is pending goes on at the next start."""
        while self._stops:
            self._stops.pop()()

    def _start_console(self) -> None:
        services, settings = self.built.services, self.built.settings
        authority, browser = services.sealer.authority, services.browser
        set_up = SetUpDesk(self.built, self.read_anew)
        self._stops.append(set_up.stop)
        desk = self._desk = Desk(
            database=services.database,
            organisation=services.organisation,
            roster=services.roster,
            pack=services.pack,
            open_key=Vault(settings.keys_folder).open_record_key,
            send_note=self._send_note,
            console_url=services.console_url,
            practice=settings.practice,
            storage=services.storage,
            public_keys=services.public_keys,
            eraser=eraser_of(settings, services.database),
            trusted=Trusted(
                [replace(one, whose=OWN_KEY) for one in signers_in(settings.keys_folder)],
                authority.certificates if authority else None,
            ),
            print_page=partial(print_pdf, browser=browser) if browser else None,
            pepper=services.public_keys.pepper,
            door=door_rules(settings),
            recipients=services.public_keys.recipients,
            features_of=self._features_of,
            edition=services.edition,
            new_body=self.new_body,
            places=[one.title for one in settings.sources],
            channels=tuple(services.channels),
            machine=machine_of(self.built),
            mails=self.mails,
            set_up=set_up,
        )
        server = ConsoleServer(create_app(desk), settings.console.host, settings.console.port)
        server.start()
        self._stops.append(server.stop)

    def _features_of(self, post: Post, finding: Finding) -> tuple[str, ...]:
        services = self.built.services
        return features(
            post,
            finding,
            organisation=services.organisation,
            roster=services.roster,
            pepper=services.public_keys.pepper,
        )

    def _start_slack(self, engine: Engine) -> None:
        slack = self.built.settings.slack
        if slack is None or slack.app_token is None:
            return
        listener = SlackListener(
            slack.app_token.get_secret_value(),
            slack.bot_token.get_secret_value(),
            partial(presses.answer, self.built.services, engine),
            base_url=slack.base_url,
            on_odd=partial(presses.passed_over, self.built.services),
        )
        listener.start()
        self._stops.append(listener.stop)

    def _operations(self) -> OperationsAlarms:
        """Alarms without content: to the addresses that are set, and to those of alarms_to."""
        services, settings = self.built.services, self.built.settings
        calls = [by_mail(services, self._send_note, settings.alarms_to)]
        if settings.operations.urls:
            urls = [one.get_secret_value() for one in settings.operations.urls]
            calls.append(Operations(urls).call)
        return OperationsAlarms(services, calls)

    def _send_note(self, to: StaffMember, subject: str, text: str) -> None:
        """Mail a sign-in code; without mail there is no way to sign in, and doctor says so."""
        channel = self.built.services.channels.get("email")
        if not isinstance(channel, EmailChannel):
            raise ConfigurationError("no e-mail is set up, so no sign-in code can be sent.")
        channel.send_note(to, subject, text)
