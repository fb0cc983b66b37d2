#!/bin/sh
# Installs what checks the console's pages in `make test-servers`: axe-core, and the Nu HTML checker.
set -eu
cd "$(dirname "$0")/../tests/pages"
if ! command -v npm >/dev/null 2>&1; then
    echo "npm is not here: the tests of the console's pages will fail (install nodejs and npm)."
    exit 0
fi
if ! command -v java >/dev/null 2>&1; then
    echo "Java is not here: the test of the pages' HTML will fail (install default-jre-headless)."
fi
npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
touch node_modules/.ready
