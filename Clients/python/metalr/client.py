"""A client of the service's API, with retries."""

from __future__ import annotations

import http.client
import json
import math
import socket
import ssl
import threading
import time
import urllib.parse
import uuid
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

#: Seconds that a Retry-After is followed at most.
LONGEST_WAIT = 60.0


class ServiceError(Exception):
    """The service refused a request: a code for programs, what went wrong, and what to do about it."""

    def __init__(
        self, status: int, code: str, message: str, remedy: str, retry_after: Optional[float] = None
    ) -> None:
        super().__init__(f"{message} {remedy}".strip())
        #: Seconds after which the service asks to try again; None where it says nothing.
        self.retry_after = retry_after
        self.status = status
        self.code = code
        self.message = message
        self.remedy = remedy


    @property
    def is_transient(self) -> bool:
        """Whether the same request may be served later."""
        return self.status in (408, 429, 500, 502, 503, 504, 507) and self.code != "too_many_runs"


class Unreachable(Exception):
    """The service did not answer, also after retries.

    retry_after: seconds after which it asked to try again; None where it said nothing.
    """

    def __init__(self, problem: str, retry_after: Optional[float] = None) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class Client:
    """Talks to one service; may be shared by threads.

    url: where the service listens, such as "http://127.0.0.1:8080".
    token: the bearer token; None where the service runs without tokens.
    timeout: seconds to wait for an answer.
    retries: how often a request is repeated that got no answer, or one that asks to try again. Repeating is safe:
        the service answers a repeated observation as it answered the first.
    backoff: seconds before the first repetition, doubled before each further one; the service's Retry-After counts where it
        asks for more, up to a minute.
    ca_file: certificates of authorities to trust, in PEM, for a service whose certificate the system does not know.
    """

    def __init__(
        self,
        url: str,
        token: Optional[str] = None,
        timeout: float = 10.0,
        retries: int = 4,
        backoff: float = 0.25,
        ca_file: Optional[str] = None,
    ) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"'{url}' is no address of a service; give one such as http://127.0.0.1:8080")
        if ca_file is not None and parts.scheme != "https":
            raise ValueError(f"ca_file is for https; the address is '{url}'")
        self._parts = parts
        self._context = _trust(ca_file) if parts.scheme == "https" else None
        self._token = token
        self._timeout = timeout
        self._retries = retries
        self._backoff = backoff
        self._local = threading.local()

    # Runs

    def open_run(
        self,
        controller: str,
        initial_learning_rate: float,
        total_steps: int,
        interval: int = 10,
        labels: Optional[Mapping[str, str]] = None,
        trainee: Optional[Mapping[str, Any]] = None,
        learn: Optional[bool] = None,
    ) -> Dict[str, Any]:
        """Opens a run; returns its id, the step to report first, the rate until then, and the looks that it asks for.

        trainee: "optimizer", "network" and "batchSize" of the training, as far as they are known. The answer's "unfamiliar" lists
        what the controller was not trained with.
        learn: whether controllers may be trained on problems like this run; None for what the service was started with.
        """
        body = {
            "controller": controller,
            "initialLearningRate": initial_learning_rate,
            "totalSteps": total_steps,
            "interval": interval,
            "labels": labels or {},
        }
        if trainee:
            body["trainee"] = dict(trainee)
        if learn is not None:
            body["learn"] = learn
        # The key makes a repetition open no second run.
        return self._json("POST", "/v1/runs", body, {"Idempotency-Key": uuid.uuid4().hex})

    def observe(self, run: str, observation: Mapping[str, Any]) -> Dict[str, Any]:
        """Reports an observation (a dict as the API describes) and returns the decision."""
        return self._json("POST", f"/v1/runs/{_quote(run)}/observations", _readings(observation))

    def look(self, run: str, observation: Mapping[str, Any]) -> Dict[str, Any]:
        """Asks for the rate of the next trial step before the first step.

        observation: that of step 0, with a list "looks" of what the trial steps saw so far. Returns the rate and how many
        looks remain; with none the rate is the one to begin with, and the same observation goes to `observe`.
        """
        return self._json("POST", f"/v1/runs/{_quote(run)}/looks", _readings(observation))

    def rewind(self, run: str, step: int) -> Dict[str, Any]:
        """Goes back to a step that was decided; returns the rate in force after it."""
        return self._json("POST", f"/v1/runs/{_quote(run)}/rewind", {"step": step})

    def finish(self, run: str) -> Dict[str, Any]:
        """Ends a run."""
        return self._json("POST", f"/v1/runs/{_quote(run)}/finish")

    def delete(self, run: str) -> None:
        """Deletes a run and its decisions."""
        self._request("DELETE", f"/v1/runs/{_quote(run)}")

    # Watching

    def run(self, run: str) -> Dict[str, Any]:
        """Shows one run."""
        return self._json("GET", f"/v1/runs/{_quote(run)}")

    def runs(
        self,
        status: Optional[str] = None,
        controller: Optional[str] = None,
        label: Optional[Tuple[str, str]] = None,
        page: int = 100,
    ) -> Iterator[Dict[str, Any]]:
        """Yields the runs, the newest first; `label` is a pair of key and value."""
        query: Dict[str, Any] = {"limit": page, "status": status, "controller": controller}
        query["label"] = None if label is None else f"{label[0]}={label[1]}"
        while True:
            answer = self._json("GET", "/v1/runs" + _query(query))
            yield from answer["runs"]
            if answer["next"] is None:
                return
            query["before"] = answer["next"]

    def schedule(self, run: str, page: int = 1000) -> Iterator[Dict[str, Any]]:
        """Yields the decisions of a run, in order."""
        after: Optional[int] = -1
        while after is not None:
            answer = self._json("GET", f"/v1/runs/{_quote(run)}/schedule" + _query({"after": after, "limit": page}))
            yield from answer["decisions"]
            after = answer["next"]

    def schedule_csv(self, run: str) -> str:
        """The decisions of a run as CSV."""
        return self._request("GET", f"/v1/runs/{_quote(run)}/schedule?format=csv").decode()

    def events(
        self, run: Optional[str] = None, last_event_id: Optional[str] = None
    ) -> Iterator[Tuple[Optional[str], Optional[str], Any]]:
        """Yields (name, id, data) of server-sent events: of one run, or of all."""
        path = "/v1/events" if run is None else f"/v1/runs/{_quote(run)}/events"
        headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
        connection = self._connect()
        try:
            connection.request("GET", self._parts.path.rstrip("/") + path, headers=self._headers(headers))
            response = connection.getresponse()
            if response.status != 200:
                raise _error(response.status, response.read())
            event: Dict[str, str] = {}
            for line in response:
                text = line.decode().rstrip("\r\n")
                if text:
                    name, _, value = text.partition(": ")
                    event[name] = value
                    continue
                if "data" in event:
                    yield event.get("event"), event.get("id"), json.loads(event["data"])
                event = {}
        finally:
            connection.close()

    def controllers(self) -> Dict[str, Any]:
        """The controllers that a run can be opened with, and the checkpoints that cannot be used."""
        return self._json("GET", "/v1/controllers")

    def metrics(self) -> str:
        """The metrics in Prometheus' text format."""
        return self._request("GET", "/metrics").decode()

    def is_ready(self) -> bool:
        """Whether decisions can be made and stored now."""
        try:
            self._once("GET", "/readyz", None, {})
            return True
        except ServiceError:
            return False
        except (OSError, http.client.HTTPException):
            self.close()
            return False

    def close(self) -> None:
        """Closes this thread's connection; the next request opens another."""
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            connection.close()

    # Requests

    def _json(
        self, method: str, path: str, body: Optional[dict] = None, headers: Optional[Dict[str, str]] = None
    ) -> Any:
        return json.loads(self._request(method, path, body, headers))

    def _request(
        self, method: str, path: str, body: Optional[dict] = None, headers: Optional[Dict[str, str]] = None
    ) -> bytes:
        wait = self._backoff
        for attempt in range(self._retries + 1):
            try:
                return self._once(method, path, body, headers or {})
            except ServiceError as error:
                if not error.is_transient:
                    raise
                if attempt == self._retries:
                    problem = f"The service at {self._parts.netloc} does not serve: {error}"
                    raise Unreachable(problem, error.retry_after) from error
                wait = max(wait, min(error.retry_after or 0.0, LONGEST_WAIT))
            except ssl.SSLCertVerificationError as error:
                problem = f"The certificate of {self._parts.netloc} is not trusted ({error.verify_message})."
                raise Unreachable(problem + " Give its authority's certificates as ca_file.") from error
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if attempt == self._retries:
                    raise Unreachable(f"No answer from {self._parts.netloc}: {error}") from error
            time.sleep(wait)
            wait *= 2
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, path: str, body: Optional[dict], headers: Dict[str, str]) -> bytes:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        if data is not None:
            headers = dict(headers, **{"Content-Type": "application/json"})
        connection.request(method, self._parts.path.rstrip("/") + path, data, self._headers(headers))
        response = connection.getresponse()
        answer = response.read()
        if response.will_close:
            self.close()
        if response.status >= 400:
            raise _error(response.status, answer, response.getheader("Retry-After"))
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        connection: http.client.HTTPConnection
        if self._context is not None:
            connection = http.client.HTTPSConnection(host, port, timeout=self._timeout, context=self._context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=self._timeout)
        connection.connect()
        # Without this the kernel holds a request's second half back until the first is acknowledged.
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _headers(self, headers: Dict[str, str]) -> Dict[str, str]:
        return dict(headers, Authorization=f"Bearer {self._token}") if self._token else headers


def _trust(ca_file: Optional[str]) -> ssl.SSLContext:
    """Trusts the authorities of a file, or those of the system."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise ValueError(f"ca_file '{ca_file}' holds no certificates that can be read ({error})") from error


def _readings(observation: Mapping[str, Any]) -> Dict[str, Any]:
    looks = observation.get("looks")
    body = {name: _reading(value) for name, value in observation.items() if name != "looks"}
    return body if not looks else {**body, "looks": [_readings(look) for look in looks]}


def _reading(value: Any) -> Any:
    """JSON has no word for numbers that are not finite; the service takes strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _error(status: int, body: bytes, retry_after: Optional[str] = None) -> ServiceError:
    try:
        # A date is allowed too; it is not worth a parser.
        seconds = float(retry_after) if retry_after is not None else None
    except ValueError:
        seconds = None
    try:
        answer = json.loads(body)
        return ServiceError(status, answer["code"], answer["message"], answer["remedy"], seconds)
    except (ValueError, KeyError, TypeError):
        return ServiceError(status, "unknown", f"The service answered with status {status}.", "", seconds)


def _quote(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def _query(values: Mapping[str, Any]) -> str:
    return "?" + urllib.parse.urlencode({name: value for name, value in values.items() if value is not None})
