"""One Markdown file as HTML: headings with anchors, links to be followed, tables and code that can be scrolled."""

import dataclasses
import html
import itertools
import posixpath
import re
from collections import Counter

from markdown_it import MarkdownIt

MARK = "\N{SYMBOL FOR START OF TEXT}{}\N{SYMBOL FOR END OF TEXT}"  # where a link's target goes


@dataclasses.dataclass
class Link:
    """A link or a picture as it was written, and what the site makes of it."""

    address: str
    line: int
    text: str
    heading: str
    target: str


@dataclasses.dataclass
class Section:
    """A heading with the plain text below it, for the search."""

    anchor: str
    title: str
    level: int
    text: str = ""


@dataclasses.dataclass
class Page:
    """A page: where it comes from, where it goes, and what is on it."""

    source: str
    target: str
    title: str
    html: str
    links: list
    sections: list

    @property
    def anchors(self):
        return {section.anchor for section in self.sections}


def read(source, text):
    """Parses a file; targets of links are still open."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    links, sections, counts = [], [], Counter()
    line, heading = 1, ""
    for place, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else line
        if token.type == "heading_open":
            words = plain(tokens[place + 1])
            anchor = slug(words, counts)
            token.attrSet("id", anchor)
            sections.append(Section(anchor, words, int(token.tag[1])))
            heading = words if token.tag == "h2" else heading
        elif token.type == "inline":
            collect(token, links, line, heading)
            if sections and tokens[place - 1].type != "heading_open":
                sections[-1].text += plain(token) + " "
        elif token.type in ("fence", "code_block") and sections:
            sections[-1].text += token.content + " "
        elif token.type in ("th_open", "td_open") and "style" in token.attrs:
            align = str(token.attrs.pop("style"))
            if "right" in align:
                token.attrSet("class", "number")
    title = next((section.title for section in sections), source)
    folder, name = posixpath.split(source)
    stem = "index" if name == "README.md" else name[: -len(".md")]
    rendered = scrollable(parser.renderer.render(tokens, parser.options, {}), title)
    return Page(source, posixpath.join(folder, f"{stem}.html"), title, rendered, links, sections)


def collect(inline, links, line, heading):
    """Notes links and pictures of a line of text, and marks the places of their targets."""
    children = inline.children or []
    for place, token in enumerate(children):
        if token.type not in ("link_open", "image"):
            continue
        name = "href" if token.type == "link_open" else "src"
        address = str(token.attrGet(name))
        text = token.content if token.type == "image" else words_until_close(children[place + 1 :])
        links.append(Link(address, line, text, heading, address))
        token.attrSet(name, MARK.format(len(links) - 1))
        if token.type == "image":
            token.attrSet("loading", "lazy")


def words_until_close(tokens):
    words = ""
    for token in tokens:
        if token.type == "link_close":
            break
        words += token.content
    return words


def with_targets(page):
    """The page's HTML with the targets of its links."""
    before, after = MARK.split("{}")
    return re.sub(
        f"{before}(\\d+){after}", lambda match: html.escape(page.links[int(match[1])].target), page.html)


def plain(inline):
    """The words of a line of text."""
    words = ""
    for token in inline.children or []:
        words += " " if token.type in ("softbreak", "hardbreak") else token.content
    return words


def slug(words, counts):
    """The anchor that GitHub gives a heading."""
    base = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
    counts[base] += 1
    return base if counts[base] == 1 else f"{base}-{counts[base] - 1}"


def scrollable(text, title):
    """Wide tables, pictures and code scroll in themselves, by keyboard too."""
    numbers, label = itertools.count(1), html.escape(title)
    text = re.sub(
        "<table>",
        lambda _: '<div class="scroll" role="region" tabindex="0" '
        f'aria-label="Table {next(numbers)}, {label}"><table>', text)
    text = text.replace("</table>", "</table></div>").replace("<th>", '<th scope="col">')
    text = text.replace('<th class="number">', '<th class="number" scope="col">')
    text = re.sub("<p>(<img [^>]*>)</p>", r'<p class="picture" tabindex="0">\1</p>', text)
    return text.replace("<pre>", '<pre tabindex="0">')
