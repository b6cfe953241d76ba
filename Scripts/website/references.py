"""The references that other tools make: DocC's of the Swift libraries, mkdocs' of the Python package."""

import pathlib
import shutil
import subprocess


class ReferenceError(Exception):
    """What is wrong with a folder, and the remedy."""


def copy(output, swift_docs, python_docs, base):
    """Copies them beside the pages and returns links to those that were given: title and target."""
    links = []
    if swift_docs:
        copy_swift(pathlib.Path(swift_docs), output / "swift", base)
        first = "swift/documentation/metalr/"  # DocC's pages do not find themselves by index.html
        if not (output / first / "index.html").exists():
            raise ReferenceError(f"'{swift_docs}' has no page of the module MetaLR. Run Scripts/docs.sh again.")
        links.append(("Swift API", first))
    if python_docs:
        if not (python_docs / "index.html").exists():
            raise ReferenceError(f"'{python_docs}' has no index.html. Run Scripts/python/docs.sh first.")
        shutil.copytree(python_docs, output / "python")
        links.append(("Python API", "python/index.html"))
    return links


def copy_swift(archive, target, base):
    """DocC's pages know their place on the host, which `docc` writes into them."""
    if not (archive / "data").is_dir():
        raise ReferenceError(f"'{archive}' is no archive of DocC. Run Scripts/docs.sh first.")
    command = next(
        ([*prefix, "docc"] for prefix in ([], ["xcrun"]) if shutil.which((prefix or ["docc"])[0])), None)
    if command is None:
        raise ReferenceError("'docc' is not there. It comes with Swift's toolchain: put its folder into PATH.")
    path = f"{base.strip('/')}/swift".strip("/")
    result = subprocess.run(
        [*command, "process-archive", "transform-for-static-hosting", str(archive), "--output-path", str(target),
         "--hosting-base-path", path], capture_output=True, text=True)
    if result.returncode != 0:
        raise ReferenceError(f"docc failed: {result.stderr.strip() or result.stdout.strip()}")
