"""Print how well names are linked to staff, by kind of post, tuned and held out apart.

With --show also the texts of the tuned half that went wrong.
"""

import sys

from nlp.classifier import SHIPPED
from nlp.evaluation.linking import Tally, examples, measure, namesakes_alerted, screener

_HEAD = "kind                posts   found        sure enough   strangers  wrong alerts"


def line(kind: str, tally: Tally) -> str:
    """One kind's figures."""
    found, sure = f"{tally.found}/{tally.meant}", f"{tally.found_surely}/{tally.meant_surely}"
    return (
        f"{kind:<18} {tally.posts:6}   {found:<10}   {sure:<10} {len(tally.strangers):12}"
        f" {len(tally.wrong_alerts):13}"
    )


def main(options: list[str]) -> None:
    """Measure both halves."""
    screened = screener(None if "--rules-only" in options else SHIPPED)
    for held_out in (False, True):
        tallies = measure(screened, (one for one in examples() if one.held_out == held_out))
        print(f"\n{'Held out' if held_out else 'Tuned'}\n{_HEAD}")
        for kind in sorted(tallies):
            print(line(kind, tallies[kind]))
        print(f"namesakes alerted: {namesakes_alerted(tallies):.1%}")
        if "--show" in options and not held_out:
            for what in ("missed", "unsure", "strangers", "wrong_alerts"):
                print(f"\n{what}", *getattr(tallies["all"], what), sep="\n  ")


if __name__ == "__main__":
    main(sys.argv[1:])
