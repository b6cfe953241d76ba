"""The lists of measures and features are those of the Swift package."""

import pathlib
import re

import pytest

from metalr.core import features, measures

SOURCES = pathlib.Path(__file__).parents[3] / "Sources"
pytestmark = pytest.mark.skipif(not SOURCES.is_dir(), reason="the Swift package is not beside this one")


def swift(path):
    return (SOURCES / path).read_text()


def test_measures_are_the_same_in_the_same_order():
    text = swift("Trainee/Measure.swift")
    names = re.findall(r"^  case (\w+)$", text, re.MULTILINE)
    assert [measure.name for measure in measures.MEASURES] == names


def test_least_values_are_the_same():
    text = swift("Trainee/Measure.swift")
    minimum = re.search(r"var minimum.*?case (.*?): nil\s*case (.*?): (-[\d.]+)\s*default: 0", text, re.DOTALL)
    anything, cosines = (set(re.findall(r"\.(\w+)", part)) for part in minimum.group(1, 2))
    for measure in measures.MEASURES:
        expected = None if measure.name in anything else float(minimum.group(3)) if measure.name in cosines else 0
        assert measure.minimum == expected, measure.name


@pytest.mark.parametrize(
    "path, own",
    [
        ("Feature+Paper", features.PAPER_FEATURES),
        ("Feature+Losses", features.LOSS_FEATURES),
        ("Feature+Gradients", features.GRADIENT_FEATURES),
        ("Feature+Rate", features.RATE_FEATURES + features.PRESENCE_FEATURES),
    ],
)
def test_features_are_the_same_in_the_same_order(path, own):
    declared = re.findall(r'(?:Feature|presence)\(\s*"([^"]+)", \.(\w+)', swift(f"MetaLR/Features/{path}.swift"))
    # A presence is never absent itself: its group says what it tells of.
    groups = [group if not name.startswith("has ") else "training" for name, group in declared]
    assert [(feature.name, feature.group) for feature in own] == list(zip([name for name, _ in declared], groups))


def test_presets_are_the_same():
    text = swift("MetaLR/Features/FeatureList.swift")
    names = re.findall(r'"(\w+)": \.\w+', text[text.index("static let presets") :])
    assert list(features.PRESETS) == names


def test_groups_are_the_same():
    names = re.findall(r"^  case (\w+)$", swift("MetaLR/Features/FeatureGroup.swift"), re.MULTILINE)
    assert {feature.group for feature in features.FEATURES} == set(names)
