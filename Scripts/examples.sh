#!/bin/sh
# Builds and runs the examples that need nothing but Swift and Python's standard library.
set -eu
cd "$(dirname "$0")/.."

# A package of its own that depends on this one by path, as a user's does.
swift run --package-path Docs/Examples/CustomTrainee --scratch-path .build/examples -Xcc -O3

python3 -m py_compile Docs/Examples/trainees/*.py Docs/Examples/trainees/outside/*.py Scripts/outside/*.py Clients/trainee-python/*.py

# The Python package: types, tests, wheel; what needs PyTorch is tested by Scripts/python/check.sh without the variable.
METALR_PYTHON_TORCH=0 Scripts/python/check.sh
