"""Tests of the site: links that lead nowhere are found, and what is built is whole and usable by everybody."""

import html.parser
import json
import pathlib
import posixpath
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[3]
sys.path.insert(0, str(HERE.parents[1]))
import build  # noqa: E402
import pages  # noqa: E402

INDEX = "# Documents\n\n## Reference\n\n- [One](One.md): the first.\n"


def problems_of(files):
    """What is wrong with a repository of these files."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return pages.read_site(root).problems


class LinkTests(unittest.TestCase):
    def test_links_that_lead_somewhere_are_no_problem(self):
        one = "# One\n\n## A part\n\n[here](#a-part) [home](../README.md#top) [code](code.py) ![x](x.svg)\n"
        files = {"README.md": "# Top\n", "Docs/README.md": INDEX, "Docs/One.md": one, "Docs/code.py": "", "Docs/x.svg": ""}
        self.assertEqual(problems_of(files), [])

    def test_every_kind_of_broken_link_is_found_with_its_line(self):
        cases = {
            "[a](Gone.md)": "Docs/One.md:3: 'Gone.md' leads nowhere: there is no 'Docs/Gone.md'.",
            "[a](#gone)": "Docs/One.md:3: '#gone' leads nowhere: 'Docs/One.md' has no heading '#gone'.",
            "[a](README.md#gone)": "Docs/One.md:3: 'README.md#gone' leads nowhere: 'Docs/README.md' has no heading '#gone'.",
            "![a](gone.svg)": "Docs/One.md:3: 'gone.svg' leads nowhere: there is no 'Docs/gone.svg'.",
            "[a](../../x)": "Docs/One.md:3: '../../x' leads nowhere: there is no '../x'.",
            "| a |\n| --- |\n| [b](Gone.md) |": "Docs/One.md:5: 'Gone.md' leads nowhere: there is no 'Docs/Gone.md'.",
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(problems_of({"Docs/README.md": INDEX, "Docs/One.md": f"# One\n\n{text}\n"}), [expected])

    def test_a_document_outside_the_index_is_found(self):
        files = {"Docs/README.md": INDEX, "Docs/One.md": "# One\n", "Docs/Two.md": "# Two\n"}
        self.assertEqual(problems_of(files), ["'Docs/Two.md' is not in the index 'Docs/README.md': list it there."])

    def test_anchors_are_those_of_github(self):
        text = "# One\n\n## What it costs, in %\n\n## Same\n\n## Same\n\n## `code` and *more*\n"
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "Docs").mkdir()
            (root / "Docs/README.md").write_text(INDEX)
            (root / "Docs/One.md").write_text(text)
            anchors = pages.read_site(root).pages["Docs/One.md"].anchors
        self.assertEqual(anchors, {"one", "what-it-costs-in-", "same", "same-1", "code-and-more"})


class Reader(html.parser.HTMLParser):
    """Collects what the checks below ask about."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.local, self.outside, self.tags = [], [], [], []
        self.labelled, self.controls, self.attributes = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append(tag)
        self.attributes.append((tag, values))
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "label" and "for" in values:
            self.labelled.add(values["for"])
        if tag in ("input", "select"):
            self.controls.append(values.get("id"))
        for name in ("href", "src"):
            address = values.get(name)
            if address is None:
                continue
            is_resource = tag in ("script", "img", "iframe", "source") or (tag == "link")
            if address.startswith(("http:", "https:", "//")):
                if is_resource:
                    self.outside.append(address)
            elif not address.startswith("mailto:"):
                self.local.append(address)


class BuiltSiteTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.site = pathlib.Path(cls.folder.name) / "site"
        cls.problems = build.build(ROOT, cls.site)
        cls.pages = {
            path.relative_to(cls.site).as_posix(): Reader(path.read_text()) for path in cls.site.rglob("*.html")}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_the_documents_have_no_broken_link(self):
        self.assertEqual(self.problems, [])
        self.assertIn("index.html", self.pages)

    def test_every_address_on_every_page_is_there(self):
        for name, page in self.pages.items():
            for address in page.local:
                path, _, anchor = address.partition("#")
                target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
                self.assertTrue((self.site / target).is_file(), f"{name}: {address}")
                if anchor and target in self.pages:
                    self.assertIn(anchor, self.pages[target].ids, f"{name}: {address}")

    def test_no_page_loads_anything_from_outside(self):
        for name, page in self.pages.items():
            self.assertEqual(page.outside, [], name)
        for path in (self.site / "assets").iterdir():
            if path.suffix in (".css", ".js") and path.name != "search-index.js":
                text = path.read_text().replace("http://www.w3.org/2000/svg", "")
                self.assertNotIn("http", text, path.name)

    def test_every_page_has_landmarks_labels_and_one_heading(self):
        for name, page in self.pages.items():
            with self.subTest(name):
                for tag in ("header", "main", "footer", "h1"):
                    self.assertEqual(page.tags.count(tag), 1, tag)
                self.assertEqual(len(page.ids), len(set(page.ids)), "an id comes twice")
                self.assertEqual([c for c in page.controls if c not in page.labelled], [])
                for tag, values in page.attributes:
                    if tag == "nav":
                        self.assertIn("aria-label", values)
                    if tag == "img":
                        self.assertTrue(values.get("alt"), values.get("src"))
                    if tag == "html":
                        self.assertEqual(values["lang"], "en")

    def test_the_search_finds_places_that_are_there(self):
        text = (self.site / "assets" / "search-index.js").read_text()
        entries = json.loads(text[len("window.searchIndex = ") : -2])
        self.assertGreater(len(entries), 100)
        for entry in entries:
            target, _, anchor = entry["address"].partition("#")
            self.assertIn(target, self.pages)
            if anchor:
                self.assertIn(anchor, self.pages[target].ids)
        self.assertTrue(any("guardian" in entry["text"] for entry in entries))


class TextTests(unittest.TestCase):
    def test_the_readme_has_at_most_150_lines(self):
        self.assertLessEqual(len((ROOT / "README.md").read_text().splitlines()), 150)

    def test_the_code_of_tutorials_is_that_of_the_examples(self):
        examples = ROOT / "Docs" / "Examples"
        cases = {
            "Own-trainee-in-Python.md": ("python", [examples / "trainees" / "first_trainee.py"]),
            "Serving-a-team.md": ("python", [examples / "service" / "job.py"]),
            "Own-trainee-in-Swift.md": ("swift", sorted((examples / "CustomTrainee").rglob("*.swift"))),
        }
        for name, (language, files) in cases.items():
            text = (ROOT / "Docs" / "Tutorials" / name).read_text()
            code = "\n".join(file.read_text() for file in files if ".build" not in file.parts)
            blocks = [part.split("```")[0] for part in text.split(f"```{language}\n")[1:]]
            self.assertTrue(blocks)
            for block in blocks:
                self.assertIn(without_indentation(block), without_indentation(code), f"{name}:\n{block}")


def without_indentation(code):
    return "\n".join(line.strip() for line in code.strip().splitlines())


if __name__ == "__main__":
    unittest.main()
