from __future__ import annotations

import os

import pytest

from pipelines.executors.cluster import OWN, joined


def test_a_cluster_of_our_own_lets_in_who_has_its_token_only(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray

    begun: list[tuple[str | None, str | None]] = []

    def init(where: str, **_: object) -> None:
        if where == "auto":
            raise ConnectionError("there is none")
        begun.append((os.environ.get("RAY_AUTH_MODE"), os.environ.get("RAY_AUTH_TOKEN")))

    monkeypatch.setattr(ray, "init", init)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_AUTH_TOKEN", "the operator's")
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    said: list[str] = []
    for _ in range(2):
        with joined("ray", say=said.append):
            assert os.environ["RAY_AUTH_MODE"] == "token"
        assert (os.environ.get("RAY_AUTH_MODE"), os.environ["RAY_AUTH_TOKEN"]) == (None, "the operator's")
    assert [mode for mode, _ in begun] == ["token", "token"]
    assert said == [OWN, OWN], "that no cluster was found is no secret"
    assert len({token for _, token in begun} | {"the operator's"}) == 3
