"""What every page has around its text: header, search, switch of colours, navigation, contents."""

import html
import posixpath


# In the order in which they need each other.
DEMO_SCRIPTS = ("demo-runs", "demo-chart", "demo-map", "demo")


class Template:
    """Wraps pages."""

    def __init__(self, groups, top):
        self.groups, self.top = groups, top

    def page(self, page):
        contents = [section for section in page.sections if section.level in (2, 3)]
        text = f'<article>\n{page.html}<p class="source">Source: <code>{escape(page.source)}</code></p>\n</article>'
        title = "metalr" if page.target == "index.html" else f"{page.title} - metalr"
        return self.whole(page.target, title, text, contents)

    def source(self, path, text):
        """A file of the repository that a page links to."""
        code = f'<pre tabindex="0"><code>{html.escape(text)}</code></pre>'
        body = f"<article>\n<h1><code>{escape(path)}</code></h1>\n{code}\n</article>"
        return self.whole(f"{path}.html", f"{path} - metalr", body, [])

    def demo(self, markup):
        return self.whole("demo.html", "Demo - metalr", markup, [], wide=True)

    def whole(self, target, title, body, contents, wide=False):
        def to(other):
            path = posixpath.relpath(other, posixpath.dirname(target) or ".")
            return f"{path}/" if other.endswith("/") else path

        def link(text, other):
            current = ' aria-current="page"' if other == target else ""
            return f'<a href="{to(other)}"{current}>{escape(text)}</a>'

        top = [("Documents", "Docs/index.html"), *self.top]
        groups = "".join(
            f"<h2>{escape(name)}</h2>\n<ul>{''.join(f'<li>{link(*entry)}</li>' for entry in links)}</ul>\n"
            for name, links in self.groups)
        navigation = "" if wide else (
            '<nav class="documents" aria-label="Documents"><details open><summary>All documents</summary>\n'
            f"{groups}</details></nav>\n")
        more = ("" if not wide else f'\n<link rel="stylesheet" href="{to("assets/demo.css")}">'
                + "".join(f'\n<script src="{to(f"assets/{name}.js")}" defer></script>' for name in DEMO_SCRIPTS))
        return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="icon" href="{to('assets/icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="{to('assets/style.css')}">
<script src="{to('assets/theme.js')}"></script>
<script src="{to('assets/page.js')}" defer></script>
<script src="{to('assets/search.js')}" defer></script>{more}
</head>
<body data-root="{to('.')}" class="{'wide' if wide else 'text'}">
<a class="skip" href="#main">Skip to the text</a>
<header>
<a class="brand" href="{to('index.html')}">metalr</a>
<nav class="top" aria-label="Site">{' '.join(link(*entry) for entry in top)}</nav>
<form role="search" class="search"><label for="query" class="hidden">Search the documents</label>
<input id="query" type="search" placeholder="Search" autocomplete="off" spellcheck="false" aria-keyshortcuts="/">
<div class="found" hidden><p role="status"></p><ol></ol></div></form>
<button type="button" class="theme" aria-pressed="false">Dark</button>
</header>
<div class="columns">
{navigation}<main id="main" tabindex="-1">
{body}
</main>
{self.contents(contents)}</div>
<footer><p>metalr, Apache 2.0. No cookies, no outside resources.</p></footer>
</body>
</html>
"""

    def contents(self, sections):
        """The headings of the page, where there are several."""
        if len(sections) < 3:
            return ""
        lines = "".join(
            f'<li class="h{section.level}"><a href="#{section.anchor}">{escape(section.title)}</a></li>'
            for section in sections)
        return f'<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>{lines}</ul></nav>\n'


def escape(title):
    """A title without the marks of code."""
    return html.escape(title.replace("`", ""))
