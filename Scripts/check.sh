#!/bin/sh
# Checks everything that a change must pass: format, builds without warnings, tests, documentation.
# Builds from scratch under .build/check, because an incremental build does not repeat its warnings.
set -eu
cd "$(dirname "$0")/.."
scratch=.build/check

step() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'check: error: %s\n' "$*" >&2
  exit 1
}

# $1: a name for the log; the rest: a command that must succeed and print no warning
without_warnings() {
  log=$scratch/$1.log
  shift
  "$@" >"$log" 2>&1 || {
    cat "$log"
    fail "'$*' failed."
  }
  tail -n 1 "$log"
  # "warning: 'name':" is the package manager about a file in somebody else's package.
  ! grep -n 'warning:' "$log" | grep -v "[0-9]*:warning: 'swift-" || fail "'$*' warns."
}

rm -rf "$scratch"
mkdir -p "$scratch"

step "format"
swift format lint --recursive --strict Sources Tests Fuzz Package.swift

step "modules"
Scripts/check-architecture

step "site"
Scripts/site --test
Scripts/site --output "$scratch/site"

step "debug build"
without_warnings debug swift build --scratch-path "$scratch" --build-tests -Xcc -O3

step "release build"
without_warnings release swift build --scratch-path "$scratch" -c release

step "tests"
swift test --scratch-path "$scratch" -Xcc -O3

step "documentation"
Scripts/docs.sh

# From Debian's package prometheus; nothing else needs it.
if command -v promtool >/dev/null; then
  step "alert rules"
  promtool test rules Docs/monitoring/alerts-test.yml
fi

step "all checks passed"
