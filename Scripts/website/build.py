"""The site: pages from Markdown, the demo, the search index, and the references of the Swift and Python libraries."""

import argparse
import pathlib
import shutil
import sys

import demo
import pages
import references
import search
from template import Template

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASSETS = pathlib.Path(__file__).resolve().parent / "assets"


def build(root, output, swift_docs=None, python_docs=None, base=""):
    """Writes the site and returns what is wrong with it: links that lead nowhere, documents outside the index."""
    site = pages.read_site(root)
    if site.problems:
        return site.problems
    if output.exists():
        shutil.rmtree(output)
    shutil.copytree(ASSETS, output / "assets", ignore=shutil.ignore_patterns("*.html"))
    links = references.copy(output, swift_docs, python_docs, base)
    runs = root / "Docs" / "Demo" / "runs.json"
    if runs.exists():
        links.insert(0, ("Demo", "demo.html"))
    template = Template(site.groups, links)
    for page in site.pages.values():
        write(output / page.target, template.page(page))
    for source in site.sources:
        write(output / f"{source}.html", template.source(source, (root / source).read_text(encoding="utf-8")))
    for picture in site.pictures:
        (output / picture).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / picture, output / picture)
    if runs.exists():
        write(output / "demo.html", template.demo(demo.markup(ASSETS / "demo.html", runs, ROOT / "checkpoints")))
    write(output / "assets" / "search-index.js", search.script(site.pages.values()))
    return []


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(prog="Scripts/site", description=__doc__)
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / ".build" / "site")
    parser.add_argument("--swift-docs", type=pathlib.Path, metavar="FOLDER", help="what Scripts/docs.sh wrote")
    parser.add_argument("--python-docs", type=pathlib.Path, metavar="FOLDER", help="what Scripts/python/docs.sh wrote")
    parser.add_argument("--base", default="", metavar="PATH", help="where the site lies on its host, such as /metalr")
    options = parser.parse_args()
    try:
        problems = build(ROOT, options.output, options.swift_docs, options.python_docs, options.base)
    except references.ReferenceError as error:
        sys.exit(f"site: error: {error}")
    if problems:
        sys.exit("\n".join(f"site: error: {problem}" for problem in problems))
    count = len(list(options.output.rglob("*.html")))
    print(f"site: {count} pages in {options.output}; open {options.output / 'index.html'}")


if __name__ == "__main__":
    main()
