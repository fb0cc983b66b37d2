#!/bin/sh
# Finds a browser, or installs one: Playwright's download, else Debian's package when root.
# Without one namewatch still runs; it then keeps no pictures of pages.
set -u
cd "$(dirname "$0")/.."

works() {
    browser=$(.venv/bin/python -c 'from evidence.browser import find_browser; print(find_browser() or "")')
    [ -n "$browser" ] && timeout 30 "$browser" --version >/dev/null 2>&1
}

works && { printf '      found %s\n' "$browser"; exit 0; }
printf '      downloading Chromium\n'
timeout 300 .venv/bin/playwright install chromium-headless-shell >/dev/null 2>&1
works && { printf '      found %s\n' "$browser"; exit 0; }
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    printf "      the download did not work here; installing Debian's package\n"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1
    works && { printf '      found %s\n' "$browser"; exit 0; }
fi
printf '      no browser could be installed: pages are not pictured until you install Chromium (on Debian: apt-get install chromium)\n'
