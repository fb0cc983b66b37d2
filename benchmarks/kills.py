"""Five hundred power cuts between the finding and the acknowledgement of alerts.

`python -m benchmarks.kills [KILLS]` kills the real service at random moments, with a mail server
and a Slack on loopback. It must reach: no alert lost, none doubled but marked as a repeat, and at
most one in a hundred of those.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.faults.lives import NAMES, RECIPIENTS, WAYS, begin_lives

SEED = 20261122


def main() -> None:
    """Measure and print."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else len(NAMES)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, begin_lives(Path(folder), kills, SEED) as lives:
        for _ in range(kills):
            lives.live()
        outcome = lives.go_on_to_the_end()
    alerts = kills * RECIPIENTS * WAYS
    print(
        f"{kills} kills, {lives.kills_under_way} of them with somebody still to be told, in"
        f" {time.monotonic() - began:.0f} s: {len(outcome.incidents)} incidents for {kills} posts,"
        f" {alerts - outcome.told} of {alerts} alerts lost, {outcome.doubled} arrived again"
        f" ({outcome.doubled / alerts:.2%}), {outcome.unmarked} of these without saying so;"
        f" {len(outcome.acknowledged)} of {len(lives.acknowledged)} acknowledgements kept"
    )


if __name__ == "__main__":
    main()
