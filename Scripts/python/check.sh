#!/bin/sh
# Checks the Python packages: types, tests, pages, wheel and sdist. Installs what it needs into .build/python, once.
# Without PyTorch, or with METALR_PYTHON_TORCH=0, the tests that need it are skipped.
set -eu
cd "$(dirname "$0")/../.."
environment=.build/python
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
python=$environment/bin/python
"$python" -m pip install --quiet numpy safetensors pytest mypy gymnasium setuptools wheel build
if [ "${METALR_PYTHON_TORCH:-1}" = 1 ] && ! "$python" -c 'import torch' 2>/dev/null; then
  # The build for processors, where the index has it; that for GPUs is about 3 GB.
  "$python" -m pip install --quiet 'torch==2.13.0+cpu' || echo "check: PyTorch is not installed; its tests are skipped."
fi
# What Docs/Examples/trainees/outside needs beside PyTorch.
[ "${METALR_PYTHON_TORCH:-1}" != 1 ] || "$python" -m pip install --quiet scikit-learn

(cd Clients/python && "../../$python" -m mypy)
"$python" -m pytest -q Clients/python/tests
"$python" -m pytest -q Clients/trainee-python/tests
Scripts/python/docs.sh
rm -rf .build/wheels .build/wheel-test
"$python" -m build --no-isolation --outdir .build/wheels Clients/python >.build/wheels.log 2>&1 ||
  { cat .build/wheels.log; exit 1; }
for file in .build/wheels/*; do
  size=$(wc -c <"$file")
  echo "$file: $size bytes"
  [ "$size" -lt 300000 ] || { echo "check: error: '$file' is larger than 300,000 bytes."; exit 1; }
done
# The wheel works by itself: a decision without the source tree.
"$python" -m pip install --quiet --force-reinstall --no-deps --target .build/wheel-test .build/wheels/*.whl
(cd .build && PYTHONPATH=wheel-test "../$python" -c '
import metalr
run = metalr.Run(100, 0.001, metalr.Controller("fashion"), validationLoss=2.3)
print("wheel:", metalr.__version__, metalr.shipped_controllers(), run.step(2.3))')
