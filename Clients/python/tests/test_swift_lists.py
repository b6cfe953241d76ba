"""The lists of measures and features are those that the Swift package wrote."""

import json
import pathlib

from metalr.core import features, measures

LISTS = json.loads((pathlib.Path(__file__).parent / "golden" / "lists.json").read_text())


def test_measures_are_the_same_in_the_same_order():
    written = [(measure["name"], measure.get("minimum")) for measure in LISTS["measures"]]
    assert [(measure.name, measure.minimum) for measure in measures.MEASURES] == written


def test_features_are_the_same_in_the_same_order():
    written = [(feature["name"], feature["group"]) for feature in LISTS["features"]]
    assert [(feature.name, feature.group) for feature in features.FEATURES] == written
    assert {feature.group for feature in features.FEATURES} == set(LISTS["groups"])


def test_presets_are_the_same():
    written = [(preset["name"], preset["features"]) for preset in LISTS["presets"]]
    assert [(name, [feature.name for feature in preset]) for name, preset in features.PRESETS.items()] == written
