"""What Prometheus reads: requests as they happen, jobs, loads and the lake when it asks."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator

import structlog
from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from cco import __version__
from cco.api.deps import public
from cco.core.errors import CcoError, NotFound
from cco.store.jobs import Jobs
from cco.store.loads import Loads
from cco.wiring import Wiring

log = structlog.get_logger(__name__)

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The metrics of one process."""

    def __init__(self, wiring: Wiring) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "cco_http_requests",
            "Requests answered.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "cco_http_request_duration_seconds",
            "From the first byte of a request to the last of its answer; streams of events apart.",
            ["route", "method"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "cco_http_requests_in_flight", "Requests being answered.", registry=self.registry
        )
        Gauge("cco_build", "This version is 1.", ["version"], registry=self.registry).labels(__version__).set(
            1
        )
        self.registry.register(_Stores(wiring))

    def text(self) -> bytes:
        """All of them in Prometheus' format."""
        return generate_latest(self.registry)


class _Stores(Collector):
    """Looks at the stores when Prometheus asks. Where one does not answer, its metrics are left out
    and `cco_store_up` says so."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: the stores need not be there yet."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Jobs and loads by state, and the age of the lake's snapshot."""
        up = GaugeMetricFamily("cco_store_up", "Whether a store answers.", labels=["store"])
        try:
            with self._wiring.database.transaction() as session:
                jobs = Jobs(session).depth()
                loads = Loads(session).count()
            up.add_metric(["database"], 1)
            yield _by_state("cco_jobs", "Jobs by state.", jobs)
            yield _by_state("cco_loads", "Loads by status.", loads)
        except CcoError:
            up.add_metric(["database"], 0)
        try:
            snapshot = self._wiring.lake.snapshot()
            up.add_metric(["lake"], 1)
            yield GaugeMetricFamily("cco_lake_files", "Data files.", value=len(snapshot.files))
            yield GaugeMetricFamily(
                "cco_lake_charges", "Charges.", value=sum(file.rows for file in snapshot.files)
            )
            yield GaugeMetricFamily(
                "cco_lake_bytes", "Size of the data files.", value=sum(file.bytes for file in snapshot.files)
            )
            if snapshot.committed_at is not None:
                age = (self._wiring.clock.now() - snapshot.committed_at).total_seconds()
                yield GaugeMetricFamily(
                    "cco_lake_snapshot_age_seconds", "Since the last commit.", value=max(0.0, age)
                )
        except Exception as error:  # noqa: BLE001  (a scrape must not fail with the object store)
            log.warning("metrics.lake-failed", error=type(error).__name__)
            up.add_metric(["lake"], 0)
        yield up


def _by_state(name: str, told: str, counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=["state"])
    for state, count in counts.items():
        family.add_metric([state], count)
    return family


router = APIRouter(dependencies=[Depends(public)], include_in_schema=False)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """For this machine itself, or for whoever has the token of CCO_METRICS_TOKEN."""
    wiring: Wiring = request.app.state.wiring
    if not _allowed(request, wiring.settings.metrics_token):
        raise NotFound("There is nothing at this address.", remedy="Check the address.")
    told: Metrics = request.app.state.metrics
    return Response(told.text(), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _allowed(request: Request, token: str | None) -> bool:
    given = request.headers.get("authorization", "")
    if token is not None:
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    if forwarded or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
