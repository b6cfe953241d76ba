#!/bin/sh
# Builds the documentation of the libraries with the toolchain's DocC into .build/docs/metalr.doccarchive.
# Any warning, such as a link that leads nowhere, is an error.
set -eu
cd "$(dirname "$0")/.."

out=.build/docs
rm -rf "$out"
mkdir -p "$out/symbols"

# The package manager also tries, and fails, to describe its own test runner: that is no concern of ours, so its
# messages are shown only when the description of a library is missing.
graphs=$(swift build --show-bin-path)/../symbolgraph
rm -rf "$graphs"
swift package dump-symbol-graph --skip-synthesized-members >"$out/symbols.log" 2>&1 || true
for module in MetaLR PPO Trainee Schedules NeuralNet Datasets Files Randomness; do
  cp "$graphs/$module.symbols.json" "$out/symbols/" || {
    cat "$out/symbols.log"
    exit 1
  }
done

docc=docc
if ! command -v docc >/dev/null 2>&1; then docc="xcrun docc"; fi
set -- --fallback-display-name metalr --fallback-bundle-identifier metalr \
  --additional-symbol-graph-dir "$out/symbols" --warnings-as-errors --output-dir "$out/metalr.doccarchive"
if [ -d Sources/MetaLR/MetaLR.docc ]; then set -- Sources/MetaLR/MetaLR.docc "$@"; fi
$docc convert "$@"

echo "Documentation written to $out/metalr.doccarchive"
