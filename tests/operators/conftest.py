"""An S3 server on loopback for the tests that move an archive there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.storage.object_storage.conftest import BUCKET, _moto  # noqa: F401 - a fixture, found by its name


@pytest.fixture
def where(_moto: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:  # noqa: F811
    """The address of an empty prefix; the environment names the server, and credentials for it."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{_moto}")
    monkeypatch.setenv("AWS_REGION", "eu-test-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return f"s3://{BUCKET}/moved/{tmp_path.name}"
