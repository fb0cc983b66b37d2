#!/bin/sh
# Rebuild console/static/ from GOV.UK Frontend. Only for developers; needs npm and the network.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
static="$here/../static"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --no-package-lock govuk-frontend@6.6.0 sass@1.108.2
npx sass --no-source-map --style=compressed --load-path=node_modules \
    "$here/console.scss" "$static/console.css"
sed 's|//# sourceMappingURL=.*$||' node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js \
    > "$static/govuk-frontend.min.js"
if grep -q 'url(' "$static/console.css"; then
    echo "The style sheet asks for a font or a picture that is not shipped." >&2
    exit 1
fi
wc -c "$static/console.css" "$static/govuk-frontend.min.js"
