#!/usr/bin/env python3
"""Runs the notebooks of Docs/Examples/notebooks from top to bottom, and fails where a cell does; needs nbclient and ipykernel.

Their outputs are not kept in the repository.
"""

import os
import pathlib
import sys
import tempfile

import nbclient
import nbformat

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "Clients/python"), os.environ.get("PYTHONPATH", "")])
    for path in sorted((ROOT / "Docs/Examples/notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        # Beside the notebooks, so that they find the repository, but nothing that they write stays.
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}}).execute()
        print(f"{path.name}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells ran")
        if "--print" in sys.argv:
            for cell in notebook.cells:
                for output in cell.get("outputs", []):
                    print(output.get("text") or output.get("data", {}).get("text/plain"))


if __name__ == "__main__":
    main()
