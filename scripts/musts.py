"""Print what watching must keep to, and the faults it must bear, each with its tests.

The status is 1 where one of them has no test, or a test is marked with something else.
"""

import sys

from scripts.marked import Marked

MUSTS = {
    "1": "A client whose loop ends, even in peace, has failed and is started again",
    "2": "The cursor is our own, and kept together with what it covers",
    "3": "A stream that closes is opened again with growing waits, within what is allowed",
    "4": "What was said in a gap is read back",
    "5": "Looks overlap, and nothing is missed or comes twice",
    "6": "A post is known again by platform and id; another wording is kept beside the first",
    "7": "A platform that asks us to wait is waited for, and its budget is kept to",
    "8": "A sign-in is kept over restarts, and a new one that is needed is told apart",
    "9": "Silence where something usually comes is an outage",
    "10": "One item that can't be read costs none of the others, and is kept sealed",
    "11": "What is deleted is noticed, and noted",
    "12": "A feed is read whatever it leaves out",
    "13": "A day never costs more than it may, over restarts too",
    "14": "An empty answer is not taken for health",
    "15": "Every interval not watched is a row, until it is read back or said to be lost",
    "16": "The runner owns retries, cursors and the watch for stalls; a slow sink slows a source",
}
FAULTS = {
    "cut": "An answer breaks off in the middle",
    "drip": "An answer comes byte by byte",
    "429 in seconds": "We are asked to wait, in seconds",
    "429 as a date": "We are asked to wait, until a date",
    "401": "A sign-in is refused",
    "403 as HTML": "We are barred, by a page",
    "500": "The platform has a fault",
    "changed shape": "An answer has another shape than it had",
    "unknown type": "Something of an unknown type stands in a post",
    "NaN": "An answer holds what is not a number",
    "deep JSON": "An answer is nested 200,000 deep",
    "large body": "An answer has 100 MB",
    "duplicates": "The same event comes again",
    "out of order": "Events come out of order",
    "clock": "Our clock jumps",
    "kill": "The program is killed at any moment",
}


def main() -> int:
    """Print the table."""
    found = Marked("must")
    status = found.collect()
    known = MUSTS | FAULTS
    for name, sentence in known.items():
        tests = found.tests.get(name, [])
        print(f"{name}. {sentence}" if name in MUSTS else f"{name}: {sentence}")
        print(*(f"    {test}" for test in tests or ["NO TEST"]), sep="\n")
    missing = [name for name in known if not found.tests.get(name)]
    strange = sorted(set(found.tests) - set(known))
    print(f"\n{len(known) - len(missing)} of {len(known)} have tests.")
    for name in strange:
        print(f"Not one of them: {name!r}, at {', '.join(found.tests[name])}")
    return status or bool(missing or strange)


if __name__ == "__main__":
    sys.exit(main())
