#!/bin/sh
# Cross-compiles the kernels for 64-bit ARM without warnings, and compares NEON with the naive kernels in an emulator.
# Needs clang and, on Debian: apt-get install gcc-aarch64-linux-gnu qemu-user-static
set -eu
cd "$(dirname "$0")/.."
out=.build/neon
clang=${CLANG:-$(dirname "$(readlink -f "$(command -v swift)")")/clang}
rm -rf "$out"
mkdir -p "$out"
for source in Sources/Kernels/Kernels.c Sources/Kernels/Fast/*.c Sources/Kernels/Naive/*.c Scripts/neon/compare.c; do
  "$clang" -target aarch64-linux-gnu -std=c17 -O2 -Wall -Wextra -Wno-unused-parameter -Werror \
    -ISources/Kernels/include -ISources/Kernels -isystem /usr/aarch64-linux-gnu/include \
    -c "$source" -o "$out/$(echo "$source" | tr / _).o"
done
aarch64-linux-gnu-gcc -static "$out"/*.o -lm -o "$out/compare"
qemu-aarch64-static "$out/compare" "$@"
