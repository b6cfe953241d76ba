#!/bin/sh
# Builds the pages of the Python package from its README and docstrings into .build/docs/python. Any warning is an error.
set -eu
cd "$(dirname "$0")/../.."
environment=.build/python-docs
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/python" -m pip install --quiet 'mkdocs>=1.6,<2' 'mkdocstrings[python]'
"$environment/bin/python" -m mkdocs build --quiet --strict --config-file Clients/python/mkdocs.yml \
  --site-dir "$PWD/.build/docs/python"
echo "Documentation written to .build/docs/python"
