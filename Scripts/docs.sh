#!/bin/sh
# Builds the documentation of the libraries with the toolchain's DocC into .build/docs/metalr.doccarchive.
# Any warning, such as a link that leads nowhere, is an error.
set -eu
cd "$(dirname "$0")/.."

out=.build/docs
rm -rf "$out"
mkdir -p "$out/symbols"

# `swift package dump-symbol-graph` would build every target, the one for MPI too, whose headers need not be there.
swift build --target Training
built=$(swift build --show-bin-path)
triple=$(swift -print-target-info | sed -n 's/.*"triple" *: *"\(.*\)".*/\1/p')
for module in MetaLR PPO Trainee Schedules NeuralNet Datasets BuiltInTrainees Experiments Reports Training Files \
  Randomness; do
  set -- -module-name "$module" -target "$triple" -I "$built/Modules" -output-dir "$out/symbols" \
    -Xcc -fmodule-map-file=Sources/CZlib/module.modulemap -Xcc "-fmodule-map-file=$built/Kernels.build/module.modulemap" \
    -minimum-access-level public -skip-synthesized-members
  if command -v xcrun >/dev/null 2>&1; then set -- "$@" -sdk "$(xcrun --show-sdk-path)"; fi
  swift symbolgraph-extract "$@"
done

docc=docc
if ! command -v docc >/dev/null 2>&1; then docc="xcrun docc"; fi
set -- --fallback-display-name metalr --fallback-bundle-identifier metalr \
  --additional-symbol-graph-dir "$out/symbols" --warnings-as-errors --output-dir "$out/metalr.doccarchive"
if [ -d Sources/MetaLR/MetaLR.docc ]; then set -- Sources/MetaLR/MetaLR.docc "$@"; fi
$docc convert "$@"

echo "Documentation written to $out/metalr.doccarchive"
