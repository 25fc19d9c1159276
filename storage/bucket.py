"""One bucket of an S3-compatible store: where it is, and the clients that speak to it."""

from __future__ import annotations

import datetime as dt
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from storage.errors import ArchiveError

if TYPE_CHECKING:
    from obstore.store import S3Store

SCHEME: Final = "s3://"
# A request's time, and that of all its repetitions: 60 s and 3 minutes are object_store's own advice for S3.
TIMEOUT: Final = dt.timedelta(seconds=60)
PATIENCE: Final = dt.timedelta(seconds=180)
# What guards a lease must tell soon that it cannot.
QUICK_TIMEOUT: Final = dt.timedelta(seconds=10)
QUICK_PATIENCE: Final = dt.timedelta(seconds=15)
DEFAULT_REGION: Final = "us-east-1"
CONNECT: Final = dt.timedelta(seconds=5)
RETRIES: Final = 8


class Guard(Protocol):
    """What knows whether this process still holds what it locked."""

    @property
    def lost(self) -> str | None:
        """Why it does not, or None where it does."""

    def check(self) -> None:
        """Make sure of it; raises :class:`~storage.errors.LeaseLost`."""


class Bucket:
    """One bucket, the clients that speak to it, and how this process is known in it.

    Endpoint, region and credentials come from the environment: ``AWS_ENDPOINT_URL``, ``AWS_REGION``,
    ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``, or the machine's role. ``spool`` is the
    local folder of what is not uploaded yet. ``ttl`` is how long a lease lasts, in seconds.
    """

    def __init__(self, name: str, *, spool: Path | None = None) -> None:
        self.name = name
        self.spool = spool
        self.ttl = 120.0
        self.guard: Guard | None = None
        self.endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        self.region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION

    @property
    def plain(self) -> bool:
        """Whether the endpoint was named with http: in front."""
        return (self.endpoint or "").lower().startswith("http://")

    @property
    def options(self) -> dict[str, str]:
        """What delta-rs has to be told; credentials it takes from the environment itself."""
        told = {
            "aws_region": self.region,
            "timeout": f"{TIMEOUT.seconds}s",
            "connect_timeout": "5s",
            "aws_conditional_put": "etag",
        }
        if self.endpoint is not None:
            told["aws_endpoint"] = self.endpoint
        return told | ({"allow_http": "true"} if self.plain else {})

    @cached_property
    def store(self) -> S3Store:
        """The client for pages and tables."""
        return self._client(TIMEOUT, PATIENCE)

    @cached_property
    def quick(self) -> S3Store:
        """The client for locks."""
        return self._client(QUICK_TIMEOUT, QUICK_PATIENCE)

    def _client(self, timeout: dt.timedelta, patience: dt.timedelta) -> S3Store:
        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        try:
            return S3Store(
                self.name,
                region=self.region,
                endpoint=self.endpoint,
                client_options={"timeout": timeout, "connect_timeout": CONNECT, "allow_http": self.plain},
                retry_config={"max_retries": RETRIES, "retry_timeout": patience},
            )
        except (BaseError, ValueError) as error:
            raise ArchiveError(f"{SCHEME}{self.name} cannot be reached: {line(error)}") from error


def line(error: Exception) -> str:
    """The first line of what a client says; the rest is for those who write it."""
    return str(error).partition("\n")[0][:300]
