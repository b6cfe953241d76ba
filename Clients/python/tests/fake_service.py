"""A service in this process that keeps the rules of the real one, and misbehaves on demand."""

import http.server
import json
import threading
import time


class FakeService:
    """Every decision multiplies the rate by `factor`.

    looks: trial steps that it asks for, each at twice the rate of the one before. unfamiliar: what it says of a run that is opened. down: answers with 503. hanging: seconds before an answer. refusal: (status, code) of every request that opens a run.
    """

    def __init__(self, factor=1.1):
        self.factor, self.down, self.hanging, self.refusal, self.retry_after = factor, False, 0.0, None, None
        self.runs, self.finished, self.deleted, self.requests = {}, [], [], []
        self.drops_connections, self.looks, self.looked = False, 0, []
        self.unfamiliar = []
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def handler(service):  # noqa: N805
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                time.sleep(service.hanging)
                with service.lock:
                    service.requests.append((time.monotonic(), self.command, self.path))
                    status, answer = service.answer(self.command, self.path, json.loads(body) if body else None)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                if status == 503 and service.retry_after is not None:
                    self.send_header("Retry-After", str(service.retry_after))
                self.end_headers()
                self.wfile.write(data)
                # As a proxy does with a connection that was idle for long.
                self.close_connection = service.drops_connections

            do_GET = do_POST = do_DELETE = serve

            def log_message(self, *arguments):
                pass

        return Handler

    def answer(self, method, path, body):
        def error(status, code):
            return status, {"code": code, "message": f"{code}.", "remedy": "Mend it."}

        if self.down:
            return error(503, "database_unavailable")
        parts = path.strip("/").split("/")
        if parts == ["v1", "runs"]:
            if self.refusal:
                return error(*self.refusal)
            name = f"run{len(self.runs)}"
            self.runs[name] = {**body, "decisions": []}
            return 201, {"id": name, "step": 0, "learningRate": body["initialLearningRate"], "looks": self.looks,
                         "unfamiliar": self.unfamiliar}
        run = self.runs.get(parts[2])
        if run is None:
            return error(404, "unknown_run")
        decisions = run["decisions"]
        if method == "DELETE":
            self.deleted.append(parts[2])
            del self.runs[parts[2]]
            return 200, {}
        if parts[3:] == ["finish"]:
            self.finished.append(parts[2])
            return 200, {}
        expected = min(len(decisions) * run["interval"], run["totalSteps"])
        if not parts[3:]:
            return 200, {"id": parts[2], "nextStep": expected}
        if parts[3] == "rewind":
            kept = [pair for pair in decisions if pair[0]["step"] <= body["step"]]
            if not kept or kept[-1][0]["step"] != body["step"]:
                return error(409, "step_not_decided")
            run["decisions"] = kept
            return 200, {"step": body["step"], "learningRate": kept[-1][1]["learningRate"]}
        looked = run["initialLearningRate"] * 2 ** len(body.get("looks", []))
        if parts[3] == "looks":
            self.looked.append(body)
            return 200, {"learningRate": looked, "remaining": self.looks - len(body["looks"])}
        for known, answer in decisions:
            if known["step"] == body["step"]:
                return (200, answer) if known == body else error(409, "conflicting_observation")
        if body["step"] != expected:
            return error(409, "step_out_of_order")
        before = decisions[-1][1]["learningRate"] if decisions else looked
        answer = {"step": body["step"], "learningRate": before * self.factor, "scale": self.factor,
                  "verdict": "complete" if body["step"] == run["totalSteps"] else "continue", "source": "controller"}
        decisions.append((body, answer))
        return 200, answer


def wait_until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.01)
