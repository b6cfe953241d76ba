"""Tests of the client against a server that misbehaves: python -m unittest discover -s tests"""

import http.server
import json
import threading
import unittest

from metalr import Client, ServiceError, Unreachable


class FakeService(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script = []
    seen = []

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        FakeService.seen.append((self.command, self.path, dict(self.headers), json.loads(body) if body else None))
        status, answer = FakeService.script.pop(0)
        if status is None:
            self.close_connection = True
            return
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = handle_request

    def log_message(self, *arguments):
        pass


ERROR = {"code": "a_code", "message": "A sentence.", "remedy": "A remedy."}


class ClientTests(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), FakeService)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        FakeService.script, FakeService.seen = [], []
        self.client = Client(f"http://127.0.0.1:{self.server.server_port}", token="t", retries=2, backoff=0.01)

    def tearDown(self):
        self.client.close()
        self.server.shutdown()
        self.server.server_close()

    def test_a_lost_answer_is_asked_for_again_with_the_same_body(self):
        FakeService.script = [(None, None), (200, {"learningRate": 0.1})]
        self.assertEqual(self.client.observe("r", {"step": 0, "trainLoss": 1.5}), {"learningRate": 0.1})
        first, second = FakeService.seen
        self.assertEqual(first[1], "/v1/runs/r/observations")
        self.assertEqual(first[3], second[3])

    def test_opening_is_repeated_with_the_same_key(self):
        FakeService.script = [(503, ERROR), (201, {"id": "r"})]
        self.client.open_run("c", 0.1, 10)
        keys = {request[2]["Idempotency-Key"] for request in FakeService.seen}
        self.assertEqual(len(keys), 1)
        self.assertEqual(FakeService.seen[0][2]["Authorization"], "Bearer t")

    def test_whether_a_run_may_be_learned_from_is_said_only_where_it_is_known(self):
        FakeService.script = [(201, {"id": "r"}), (201, {"id": "s"})]
        self.client.open_run("c", 0.1, 10)
        self.client.open_run("c", 0.1, 10, learn=False)
        bodies = [request[3] for request in FakeService.seen]
        self.assertNotIn("learn", bodies[0])
        self.assertIs(bodies[1]["learn"], False)

    def test_a_refusal_is_not_repeated(self):
        FakeService.script = [(409, ERROR)]
        with self.assertRaises(ServiceError) as caught:
            self.client.finish("r")
        self.assertEqual((caught.exception.status, caught.exception.code), (409, "a_code"))
        self.assertEqual(str(caught.exception), "A sentence. A remedy.")

    def test_after_its_retries_the_service_is_unreachable(self):
        FakeService.script = [(503, ERROR)] * 3
        with self.assertRaises(Unreachable):
            self.client.run("r")
        self.assertEqual(len(FakeService.seen), 3)

    def test_nobody_listening_is_unreachable(self):
        with self.assertRaises(Unreachable):
            Client("http://127.0.0.1:9", retries=1, backoff=0.01).run("r")

    def test_numbers_that_are_not_finite_are_sent_as_strings(self):
        FakeService.script = [(200, {})]
        infinity = float("inf")
        self.client.observe("r", {"step": 1, "a": float("nan"), "b": infinity, "c": -infinity, "d": 2.5})
        self.assertEqual(FakeService.seen[0][3], {"step": 1, "a": "NaN", "b": "Infinity", "c": "-Infinity", "d": 2.5})

    def test_lists_follow_their_pages(self):
        FakeService.script = [
            (200, {"runs": [{"id": "c"}, {"id": "b"}], "next": "2"}), (200, {"runs": [{"id": "a"}], "next": None})]
        self.assertEqual([run["id"] for run in self.client.runs(status="open")], ["c", "b", "a"])
        self.assertIn("before=2", FakeService.seen[1][1])

    def test_a_bad_address_is_refused(self):
        with self.assertRaises(ValueError):
            Client("127.0.0.1:8080")


if __name__ == "__main__":
    unittest.main()
