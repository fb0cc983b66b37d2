#!/bin/sh
# Makes the virtual environment for `make run` (argument: run) or `make test` (argument: dev).
# Shows what it does, and does nothing twice.
set -eu
cd "$(dirname "$0")/.."
kind=$1
log=.venv/set-up.log

say() { printf '%s\n' "$*"; }
fail() { say "set-up: $*"; [ -f "$log" ] && tail -n 15 "$log"; exit 2; }

python=${PYTHON:-}
if [ -z "$python" ]; then
    for candidate in python3.11 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            python=$candidate
            break
        fi
    done
fi
[ -n "$python" ] || fail "Python 3.11 is needed and was not found; install it, or say PYTHON=/path/to/python3.11."

if [ ! -x .venv/bin/pip ]; then
    say "[1/4] making a virtual environment"
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        # Debian keeps the part of Python that makes these in a package of its own.
        rm -rf .venv
        [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
            fail "this Python can't make virtual environments; install the package python3-venv."
        say "      installing Debian's python3-venv, which this Python lacks"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; } >/dev/null 2>&1 ||
            fail "Debian's package python3-venv could not be installed; install it and try again."
        "$python" -m venv .venv || fail "no virtual environment could be made in .venv."
    fi
fi

if [ ! -x .venv/bin/uv ] || ! cmp -s requirements/tools.txt .venv/tools.txt; then
    say "[2/4] fetching the installer"
    .venv/bin/pip install --disable-pip-version-check --no-input -q --require-hashes -r requirements/tools.txt >"$log" 2>&1 ||
        fail "the installer could not be fetched; is there a way to the Python package index?"
    cp requirements/tools.txt .venv/tools.txt
fi

say "[3/4] installing the libraries (about 300 MB the first time)"
VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install --no-progress --compile-bytecode --require-hashes -r "requirements/$kind.txt" >"$log" 2>&1 ||
    fail "the libraries could not be installed."
VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install --no-progress --no-deps --no-build-isolation -e . >>"$log" 2>&1 ||
    fail "namewatch itself could not be installed into .venv."
.venv/bin/python -m compileall -q namewatch console workflows monitors nlp alerts evidence casework policies records

say "[4/4] looking for a browser, for pictures of pages"
sh scripts/browser.sh
