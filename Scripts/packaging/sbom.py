#!/usr/bin/env python3
"""Writes a software bill of materials (SPDX 2.3, JSON) to standard output.

    Scripts/packaging/sbom.py VERSION TIME Package.resolved WHEEL ...

TIME is seconds since 1970. Swift packages come from Package.resolved, Python's from the wheels' metadata.
"""

import datetime
import email
import hashlib
import json
import re
import sys
import zipfile

SUPPLIER = "NOASSERTION"


def package(name, version, location, reference):
    return {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", f"{name}-{version}"),
        "name": name, "versionInfo": version, "downloadLocation": location, "supplier": SUPPLIER,
        "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
        "filesAnalyzed": False,
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": reference}],
    }


def swift_packages(path):
    with open(path) as file:
        for pin in json.load(file)["pins"]:
            state, location = pin["state"], pin["location"]
            version = state.get("version") or state["revision"]
            place = re.sub(r"^https://|\.git$", "", location)
            yield package(pin["identity"], version, f"git+{location}@{state['revision']}", f"pkg:swift/{place}@{version}")


def python_packages(paths):
    """What the wheels ask for without an extra; they name no version."""
    names = set()
    for path in paths:
        with zipfile.ZipFile(path) as wheel:
            name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
            required = email.message_from_bytes(wheel.read(name)).get_all("Requires-Dist") or []
        names |= {re.match(r"[\w.-]+", text).group() for text in required if "extra ==" not in text}
    for name in sorted(names):
        yield package(name, "any", f"https://pypi.org/project/{name}", f"pkg:pypi/{name}")


def main():
    version, seconds, resolved, *wheels = sys.argv[1:]
    own = package("metalr", version, "NOASSERTION", f"pkg:generic/metalr@{version}")
    own.update(licenseConcluded="Apache-2.0", licenseDeclared="Apache-2.0")
    parts = [*swift_packages(resolved), *python_packages(wheels)]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", own["SPDXID"])]
    relations += [(own["SPDXID"], "DEPENDS_ON", part["SPDXID"]) for part in parts]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    created = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
    print(json.dumps({
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"metalr-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/metalr-{version}-{digest[:16]}",
        "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: Scripts/packaging/sbom.py"]},
        "packages": [own, *parts],
        "relationships": [
            {"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b} for a, kind, b in relations],
    }, indent=1))


if __name__ == "__main__":
    main()
