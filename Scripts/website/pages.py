"""Which pages the site has, in which order, and whether every link in them leads somewhere."""

import dataclasses
import pathlib
import posixpath

import document

INDEX = "Docs/README.md"
# Pages outside Docs; a page that is not there is left out.
MORE = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Clients/python/README.md", "Clients/program/README.md",
        "checkpoints/README.md"]
PICTURES = (".svg", ".png", ".jpg", ".gif")


@dataclasses.dataclass
class Site:
    """What was read: pages by their path in the repository, groups of the index, files that pages show or link to."""

    pages: dict
    groups: list
    sources: set = dataclasses.field(default_factory=set)
    pictures: set = dataclasses.field(default_factory=set)
    problems: list = dataclasses.field(default_factory=list)


def read_site(root):
    """Reads every page and follows every link."""
    names = [name for name in MORE if (root / name).exists()]
    names += sorted(path.relative_to(root).as_posix() for path in (root / "Docs").rglob("*.md"))
    pages = {name: document.read(name, (root / name).read_text(encoding="utf-8")) for name in names}
    site = Site(pages, [])
    for page in pages.values():
        for link in page.links:
            follow(root, site, page, link)
        page.html = document.with_targets(page)
    if INDEX in pages:
        site.groups = groups_of(pages)
        listed = {target for _, links in site.groups for _, target in links}
        for name in names:
            if name.startswith("Docs/") and name != INDEX and pages[name].target not in listed:
                site.problems.append(f"'{name}' is not in the index '{INDEX}': list it there.")
    else:
        site.problems.append(f"'{INDEX}', the index of the documents, is not there.")
    return site


def follow(root, site, page, link):
    """Finds what a link means and gives it its target in the site; notes a link that leads nowhere."""
    address, _, anchor = link.address.partition("#")
    if address.startswith(("http:", "https:", "mailto:")):
        return
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), address)) if address else page.source
    place = f"{page.source}:{link.line}: '{link.address}'"
    if path.startswith("../") or not (root / path).exists():
        site.problems.append(f"{place} leads nowhere: there is no '{path}'.")
    elif path in site.pages:
        if anchor and anchor not in site.pages[path].anchors:
            site.problems.append(f"{place} leads nowhere: '{path}' has no heading '#{anchor}'.")
        target = site.pages[path].target if address else ""
        link.target = (relative(page, target) if target else "") + (f"#{anchor}" if anchor else "")
    elif (root / path).is_dir():
        site.problems.append(f"{place} is a folder without a README.md: link to a file.")
    elif pathlib.PurePosixPath(path).suffix in PICTURES:
        site.pictures.add(path)
        link.target = relative(page, path)
    else:
        site.sources.add(path)
        link.target = relative(page, f"{path}.html")


def relative(page, target):
    """The target as a browser needs it on this page."""
    return posixpath.relpath(target, posixpath.dirname(page.target) or ".")


def groups_of(pages):
    """The groups of the index: each heading with the pages that its list links to, as (title, target)."""
    groups, seen = [], set()
    index = pages[INDEX]
    for link in index.links:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(INDEX), link.address.partition("#")[0]))
        if not link.heading or path not in pages or path in seen:
            continue
        if not groups or groups[-1][0] != link.heading:
            groups.append((link.heading, []))
        groups[-1][1].append((link.text, pages[path].target))
        seen.add(path)
    return groups
