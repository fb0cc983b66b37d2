#!/bin/sh
# Installs the real Bluesky server that `make test-servers` starts. Its database library is compiled
# where it can't be had ready-made, with the headers of the Node.js that is here.
set -eu
cd "$(dirname "$0")/../tests/servers/pds"
if ! command -v npm >/dev/null 2>&1; then
    echo "npm is not here: the tests with a real Bluesky server will fail (install nodejs and npm)."
    exit 0
fi
if [ -f /usr/include/node/node.h ]; then
    export npm_config_nodedir=/usr npm_config_build_from_source=better-sqlite3
fi
npm ci --no-audit --no-fund --loglevel=error
touch node_modules/.ready
