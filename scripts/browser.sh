#!/bin/sh
# Sees to it that pages can be pictured: a browser that is here, else Playwright's download, else
# Debian's package when root. Without one namewatch still runs, and keeps no pictures of pages.
set -u
cd "$(dirname "$0")/.."

say() { printf '      %s\n' "$*"; }
works() { found=$(.venv/bin/python -m evidence.trial 2>/dev/null) && { say "found $found"; exit 0; }; }
can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
install() {
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null 2>&1
}

works
# What drives the browser needs a library that a small Debian lacks.
if ! .venv/bin/playwright --version >/dev/null 2>&1 && can_install; then
    say "installing Debian's libatomic1, which drives the browser"
    install libatomic1
    works
fi
say "downloading Chromium"
timeout 300 .venv/bin/playwright install chromium-headless-shell >/dev/null 2>&1
works
if can_install; then
    say "the download alone did not do; installing Debian's Chromium"
    install chromium chromium-sandbox
    works
fi
say "pages are not pictured: $(.venv/bin/python -m evidence.trial 2>&1 >/dev/null | tail -n 1)"
say "on Debian, this mends it: apt-get install chromium chromium-sandbox libatomic1"
