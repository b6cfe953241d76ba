"""The client and a service whose certificate only the client's user knows."""

import shutil
import ssl
import subprocess

import pytest
from fake_service import FakeService

from metalr import Client, Unreachable

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


def authority(folder, name):
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    made = [folder / f"{name}-{part}" for part in ("ca.pem", "ca.key", "own.pem", "own.key")]
    subprocess.run(
        [*request, "-subj", f"/CN={name}", "-out", made[0], "-keyout", made[1]], check=True, capture_output=True)
    subprocess.run(
        [*request, "-subj", "/CN=own", "-out", made[2], "-keyout", made[3], "-CA", made[0], "-CAkey", made[1],
         "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True)
    return made


@pytest.fixture
def service(tmp_path):
    fake = FakeService()
    ca, _, certificate, key = authority(tmp_path, "first")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    fake.server.socket = context.wrap_socket(fake.server.socket, server_side=True)
    fake.url = fake.url.replace("http:", "https:")
    fake.ca = str(ca)
    yield fake
    fake.close()


def test_a_service_of_an_own_authority_is_trusted_with_its_certificate(service):
    client = Client(service.url, ca_file=service.ca)
    assert client.open_run("c", 0.1, 10)["id"] == "run0"
    client.close()


def test_a_stranger_s_certificate_is_refused_at_once_with_the_remedy(service, tmp_path):
    other = authority(tmp_path, "other")[0]
    for ca_file in (None, str(other)):
        with pytest.raises(Unreachable, match="ca_file"):
            Client(service.url, ca_file=ca_file, retries=50, backoff=10).run("r")


def test_a_file_without_certificates_is_refused_by_name(tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for path in (str(empty), str(tmp_path / "missing.pem")):
        with pytest.raises(ValueError, match=path):
            Client("https://127.0.0.1:1", ca_file=path)
