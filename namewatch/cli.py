"""The command line; every command imports what it needs, so that help comes at once."""

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from namewatch import (
    absence_commands,
    afterwards_commands,
    custody_commands,
    keys,
    logs,
    policy_commands,
    record_commands,
    sign_in_commands,
)
from namewatch.plainly import DONE, IN_PART, NOT_SO, WRONG
from namewatch.plainly import plainly as _plainly
from records.errors import NamewatchError

app = typer.Typer(
    name="namewatch",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help=(
        "Notices when staff of a public body are named, abused or threatened online, keeps the"
        " evidence and tells the right people in confidence.\n\n"
        "Begin with [bold]namewatch run[/]: without any set-up it practises with invented people."
        " To watch for your own body: set NAMEWATCH_HOME to a folder, run [bold]namewatch init[/],"
        " fill in the three files, then [bold]namewatch doctor[/] and [bold]namewatch run[/]."
    ),
)
incident_app = typer.Typer(no_args_is_help=True, help="Look at incidents, without names or posts.")
app.add_typer(incident_app, name="incident")
roster_app = typer.Typer(
    no_args_is_help=True, help="Check the staff list, or fetch it from a directory."
)
app.add_typer(roster_app, name="roster")
sources_app = typer.Typer(help="Which places can be watched, and whether yours can be read.")
app.add_typer(sources_app, name="sources")


RulesOnly = Annotated[
    bool, typer.Option("--rules-only", help="Go by the rules alone, without the language model.")
]


def _version(shown: bool) -> None:
    if shown:
        from namewatch.version import version  # noqa: PLC0415

        typer.echo(f"namewatch {version()}")
        raise typer.Exit


@app.callback()
def _all(
    *,
    _shown: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    logs.set_up()


@app.command()
def init(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to write; NAMEWATCH_HOME unless given.")
    ] = None,
) -> None:
    """Write commented organisation.toml, roster.csv and settings.toml, and make the keys.

    The recovery key is shown once, for paper in a safe. Files that are there already stay.
    """
    from namewatch import init as first  # noqa: PLC0415
    from namewatch.settings import configured_home  # noqa: PLC0415

    with _plainly():
        home = folder or configured_home()
        if home is None:
            raise NamewatchError("say where: namewatch init FOLDER, or set NAMEWATCH_HOME.")
        recovery_key = first.write_first_files(home.absolute())
        typer.echo(f"Written to {home}: {', '.join(first.FILES)}, and keys/.")
        if recovery_key:
            typer.echo(
                "\nThe recovery key, shown this once and kept nowhere. Print it for the safe:\n"
            )
            typer.echo(f"    {recovery_key}\n")
        else:
            typer.echo(
                "The keys were here already and stay; so does their recovery key in the safe."
            )
        typer.echo("Next: fill in the three files, then run `namewatch doctor`.")


@app.command()
def run(
    for_seconds: Annotated[
        float | None, typer.Option("--for", help="Stop after so many seconds.", hidden=True)
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port of the practice console (8080 unless given).")
    ] = None,
    rules_only: RulesOnly = False,
) -> None:
    """Watch, keep evidence and alert, until Ctrl-C. Without NAMEWATCH_HOME: practise.

    NAMEWATCH_HOME is the folder that `namewatch init` has written. Practice happens in
    practice-home, or where NAMEWATCH_PRACTICE_HOME says; that folder is made anew each time.
    """
    from namewatch import running  # noqa: PLC0415

    with _plainly():
        running.run(port=port, for_seconds=for_seconds, rules_only=rules_only)


@app.command()
def screen(
    organisation: Annotated[Path, typer.Option(help="organisation.toml of the body.")],
    roster: Annotated[Path, typer.Option(help="roster.csv of its staff.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Posts, JSON Lines, plain, .gz or .zst; standard input if none."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show findings with disposition ignore as well.")
    ] = False,
    rules_only: RulesOnly = False,
) -> None:
    """Say of each post whether staff are meant and how bad it is. Stores nothing, alerts nobody.

    Findings are JSON Lines in the order of the posts (docs/reference/contracts.md). A line that
    can't be read is told on standard error; the exit status is then 3.
    """
    from namewatch import screening  # noqa: PLC0415

    with _plainly():
        skipped = screening.screen(
            organisation, roster, files or [], everything=everything, rules_only=rules_only
        )
    raise typer.Exit(IN_PART if skipped else DONE)


@app.command()
def explain(
    text: Annotated[
        str, typer.Argument(help="What a post says; - reads it from standard input.")
    ] = "",
    organisation: Annotated[
        Path | None,
        typer.Option(help="organisation.toml of the body; that of your home unless given."),
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="roster.csv of its staff; that of your home unless given.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="The title it stands under.")] = None,
    community: Annotated[str | None, typer.Option(help="The group it was posted in.")] = None,
    parent: Annotated[str | None, typer.Option(help="The post that it answers.")] = None,
    image: Annotated[
        Path | None, typer.Option(help="A screenshot, whose text is read as part of the post.")
    ] = None,
    rules_only: RulesOnly = False,
) -> None:
    """Say what would be made of one text or screenshot, and why. Stores nothing, alerts nobody.

    Your home is NAMEWATCH_HOME, or else the practice run's folder. A shell keeps what is typed:
    give a real post on standard input.
    """
    from namewatch import explaining  # noqa: PLC0415

    with _plainly():
        if not text and image is None:
            raise NamewatchError('say what: namewatch explain "TEXT", or --image FILE.')
        said = explaining.Said(text, title, community, parent, image)
        explaining.explain(said, organisation, roster, rules_only=rules_only)


@app.command()
def evaluate(
    posts: Annotated[
        list[Path],
        typer.Argument(help="Labelled posts: files (plain, .gz, .zst) or folders of them."),
    ],
    organisation: Annotated[
        Path | None,
        typer.Option(help="organisation.toml of the body; an invented body unless given."),
    ] = None,
    roster: Annotated[Path | None, typer.Option(help="roster.csv of its staff.")] = None,
    home: Annotated[
        Path | None,
        typer.Option(help="Folder of your own body: its staff, and what its verdicts have taught."),
    ] = None,
    rules_only: RulesOnly = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Measure precision and recall on labelled posts, by slice, before and after lessons.

    The two forms of labelled posts: docs/reference/evaluate.md. A line that can't be read is told
    on standard error; the exit status is then 3.
    """
    from namewatch import evaluating  # noqa: PLC0415

    with _plainly():
        wanted = evaluating.Wanted(posts, organisation, roster, home, rules_only, as_json)
        skipped = evaluating.evaluate(wanted)
    raise typer.Exit(IN_PART if skipped else DONE)


@roster_app.command("check")
def check_roster(
    roster: Annotated[Path, typer.Argument(help="roster.csv; absences.csv beside it is read.")],
    organisation: Annotated[
        Path | None, typer.Option(help="organisation.toml, to check who holds a role as well.")
    ] = None,
) -> None:
    """Read the roster and say what to know about its people before watching for them.

    The exit status is 1 when something needs attention, as somebody to tell without an address.
    """
    from namewatch import roster_check  # noqa: PLC0415

    with _plainly():
        wanting = roster_check.check(roster, organisation)
    raise typer.Exit(NOT_SO if wanting else DONE)


@roster_app.command("import")
def import_roster(
    directory: Annotated[str, typer.Argument(help="entra or google.")],
    write: Annotated[
        bool, typer.Option("--write", help="Keep the list; without it nothing is changed.")
    ] = False,
    by: Annotated[
        str | None, typer.Option(help="Your staff_id; acting_as of settings.toml unless given.")
    ] = None,
) -> None:
    """Fetch the staff from Microsoft Entra or Google Workspace, and say what would change.

    What only the roster knows stays: ids, other names, handles. Whoever is missing is watched on
    as somebody who has left. The exit status is 1 when the list can't be used.
    """
    from namewatch import roster_import  # noqa: PLC0415

    with _plainly():
        good = roster_import.bring_in(directory, write=write, by=by)
    raise typer.Exit(DONE if good else NOT_SO)


@incident_app.command("list")
def incident_list() -> None:
    """List the incidents, the newest first."""
    from namewatch import casebook  # noqa: PLC0415

    with _plainly():
        casebook.print_list()


@incident_app.command("show")
def incident_show(reference: Annotated[str, typer.Argument(help="Such as NW-2026-0001.")]) -> None:
    """Show one incident: states, times, roles and evidence; no name and no post."""
    from namewatch import casebook  # noqa: PLC0415

    with _plainly():
        casebook.print_one(reference)


@app.command()
def ack(
    reference: Annotated[str, typer.Argument(help="Such as NW-2026-0001.")],
    by: Annotated[
        str | None,
        typer.Option(
            "--as", "--by", help="Your staff_id; acting_as of settings.toml unless given."
        ),
    ] = None,
) -> None:
    """Say that you have seen an incident, so that nobody else is woken for it."""
    from namewatch import casebook  # noqa: PLC0415

    with _plainly():
        typer.echo(casebook.acknowledge(reference, by))


@app.command()
def verdict(
    reference: Annotated[str, typer.Argument(help="Such as NW-2026-0001.")],
    said: Annotated[
        str,
        typer.Argument(
            help="someone-else, not-about-work, not-abusive or worse; nothing takes back.",
        ),
    ],
    staff: Annotated[
        str | None,
        typer.Option(help="staff_id it is said of; whom the incident is about unless given."),
    ] = None,
    category: Annotated[
        str | None, typer.Option(help="Such as insult; everything that was found unless given.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Your staff_id; acting_as of settings.toml unless given."),
    ] = None,
) -> None:
    """Say that a finding was wrong, so that similar posts are judged a little differently.

    It changes nothing about the incident. What the rules find stays found, and no threat is passed
    over because of a verdict (docs/reference/verdicts.md).
    """
    from namewatch import verdicts  # noqa: PLC0415

    with _plainly():
        typer.echo(verdicts.give(reference, said, staff, category, by))


@app.command()
def report(
    url: Annotated[str | None, typer.Argument(help="The post, as the browser shows it.")] = None,
    note: Annotated[
        str, typer.Option(help="What you know of it; - reads it from standard input.")
    ] = "",
    about: Annotated[
        str | None, typer.Option(help="staff_id of whom you say is meant, where it isn't plain.")
    ] = None,
    file: Annotated[
        list[Path] | None, typer.Option(help="A screenshot; may be given several times.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--from", help="Your staff_id; acting_as of settings.toml unless given."),
    ] = None,
) -> None:
    """Pass on a post or a screenshot, to be looked at like every post and never passed over.

    A shell keeps what is typed: give a note on standard input.
    """
    from namewatch import reporting  # noqa: PLC0415

    with _plainly():
        typer.echo(reporting.report(url, note, about, by, file or []))


@app.command()
def capture(
    url: Annotated[str | None, typer.Argument(help="The page, as the browser shows it.")] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(help="A screenshot, PDF or e-mail (.eml); may be given several times."),
    ] = None,
    why: Annotated[str, typer.Option(help="Why it is kept; - reads it from standard input.")] = "",
    reference: Annotated[
        str | None, typer.Option(help="Such as NW-2026-0001; a new one for triage unless given.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--from", help="Your staff_id; acting_as of settings.toml unless given."),
    ] = None,
) -> None:
    """Keep a page or a file as evidence by hand: sealed, byte for byte, with who handed it in.

    A shell keeps what is typed: give the reason on standard input.
    """
    from namewatch import capturing  # noqa: PLC0415

    with _plainly():
        typer.echo(capturing.capture(capturing.Wanted(url, file or [], why, reference, by)))


@app.command("test-alert")
def send_test(
    to: Annotated[
        str | None, typer.Option(help="A staff_id; everybody who holds a role unless given.")
    ] = None,
) -> None:
    """Send a test to the people who would be told, by every channel that reaches them."""
    from namewatch import testing  # noqa: PLC0415

    with _plainly():
        failed = testing.send(to)
    raise typer.Exit(NOT_SO if failed else DONE)


@sources_app.callback(invoke_without_command=True)
def sources(context: typer.Context) -> None:
    """List the kinds of source: what each needs and costs, and how far it looks back."""
    from namewatch import sources as kinds  # noqa: PLC0415

    if context.invoked_subcommand is None:
        with _plainly():
            kinds.print_kinds()


@sources_app.command("check")
def check_sources() -> None:
    """Ask each platform whether its source can be used as set; say how to mend each fault.

    The exit status is 1 if one can't. Nothing is stored, and X is asked nothing that costs money.
    """
    from namewatch import sources as kinds  # noqa: PLC0415

    with _plainly():
        unwell = kinds.check()
    raise typer.Exit(NOT_SO if unwell else DONE)


@app.command()
def coverage() -> None:
    """Say what was watched and what was not; the exit status is 1 if a source is not watched."""
    from namewatch import coverage as ledger  # noqa: PLC0415

    with _plainly():
        whole = ledger.print_coverage()
    raise typer.Exit(DONE if whole else NOT_SO)


@app.command()
def sweep(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Archives of posts, JSON Lines, plain, .gz or .zst; else the sources."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="How far back: 12h, 30d, 2w, or a date such as 2026-10-01.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Only this source; may be given again.")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="From the start, not from where a sweep stopped.")
    ] = False,
    rules_only: RulesOnly = False,
) -> None:
    """Look back over the sources, or over files: a dry run that fills the triage list.

    Nobody is told, no incident is opened. Interrupted, the same command goes on where it stopped.
    The exit status is 3 if something could not be read (docs/reference/sweep.md).
    """
    from namewatch import sweeping  # noqa: PLC0415

    with _plainly():
        wanted = sweeping.Wanted(files or [], since, source or [], anew, rules_only)
        whole = sweeping.sweep(wanted)
    raise typer.Exit(DONE if whole else IN_PART)


@app.command()
def verify(
    bundle: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A sealed bundle, .tar.age.")
    ],
    key: Annotated[
        Path | None,
        typer.Option(help="File with the vault, the recovery or your own age key, to look inside."),
    ] = None,
    signer: Annotated[
        Path | None,
        typer.Option(help="seal.pub of those who made it; this installation's unless given."),
    ] = None,
    tsa_certificate: Annotated[
        Path | None,
        typer.Option(help="Certificates of the time-stamp authority; the bundle's unless given."),
    ] = None,
) -> None:
    """Say whether a sealed bundle is intact, or what is wrong. Needs no database, no network.

    The same by hand: docs/how-to/verify-without-namewatch.md. The exit status is 1 if it isn't.
    """
    from namewatch import verifying  # noqa: PLC0415

    with _plainly():
        intact = verifying.check(bundle, key, signer, tsa_certificate)
    raise typer.Exit(DONE if intact else NOT_SO)


custody_commands.add_to(app)
record_commands.add_to(app, incident_app)
afterwards_commands.add_to(app)
app.add_typer(policy_commands.policy_app, name="policy")
app.add_typer(absence_commands.absence_app, name="absence")
app.add_typer(keys.app, name="keys")
app.add_typer(sign_in_commands.sign_in_app, name="sign-in")


@app.command()
def doctor() -> None:
    """Check configuration, keys, browser, channels and cover; say how to mend each fault."""
    from namewatch import doctor as checks  # noqa: PLC0415

    with _plainly():
        unwell = checks.examine()
    raise typer.Exit(NOT_SO if unwell else DONE)


def main() -> None:
    """Run the command line."""
    # Surrogates in a terminal's arguments or a finding must not end in a traceback.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except Exception as fault:  # noqa: BLE001 - its words and values may hold what nobody may read
        places = " < ".join(
            f"{Path(frame.filename).name}:{frame.lineno}"
            for frame in reversed(traceback.extract_tb(fault.__traceback__)[-6:])
        )
        typer.echo(
            f"namewatch: this should not have happened ({type(fault).__name__} at {places})."
            " What was kept is safe; please report it with this line.",
            err=True,
        )
        sys.exit(WRONG)
