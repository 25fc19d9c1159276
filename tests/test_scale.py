"""docs/scale.md: its manifest is one of KubeRay's, and its figures are the code's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.commands.crawl_spread import STALL as CRAWL_STALL
from pipelines.executors.ray import GRACE, MEMORY, RETRIES, STALL
from pipelines.importing.parts import MOST
from storage.leases import TTL

PAGE = (Path(__file__).parent.parent / "docs" / "scale.md").read_text(encoding="utf-8")


@pytest.fixture
def manifest() -> dict[str, dict[str, Any]]:
    """The page's manifests, by kind."""
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    return {one["kind"]: one for one in yaml.safe_load_all(text)}


def test_the_cluster_is_one_that_kuberay_takes(manifest: dict[str, dict[str, Any]]) -> None:
    cluster = manifest["RayCluster"]
    assert cluster["apiVersion"] == "ray.io/v1"
    head, (workers,) = cluster["spec"]["headGroupSpec"], cluster["spec"]["workerGroupSpecs"]
    assert workers["groupName"]
    assert workers["minReplicas"] <= workers["replicas"] <= workers["maxReplicas"]
    containers = [group["template"]["spec"]["containers"] for group in (head, workers)]
    ((of_head,), (of_worker,)) = containers
    assert of_head["image"] == of_worker["image"], "Broadsheet is the same on every node"
    for container in (of_head, of_worker):
        assert {"name": "RAY_USAGE_STATS_ENABLED", "value": "0"} in container["env"]
        assert not any(one["name"].startswith("AWS_SECRET") for one in container["env"]), "secrets come from a Secret"
    for group in (head, workers):
        assert all(isinstance(value, str) for value in group["rayStartParams"].values()), "KubeRay takes strings only"
    assert head["rayStartParams"] == {"num-cpus": "0", "include-dashboard": "false"}
    cores = int(workers["rayStartParams"]["num-cpus"])
    gigabytes = int(of_worker["resources"]["limits"]["memory"].removesuffix("Gi"))
    # Ray keeps three tenths for its object store.
    assert gigabytes * 2**30 * 0.7 > cores * MEMORY


def test_its_ports_are_open_to_its_own_only(manifest: dict[str, dict[str, Any]]) -> None:
    policy = manifest["NetworkPolicy"]["spec"]
    own = {"ray.io/cluster": manifest["RayCluster"]["metadata"]["name"]}
    assert policy["podSelector"] == {"matchLabels": own}
    (rule,) = policy["ingress"]
    assert {"podSelector": {"matchLabels": own}} in rule["from"]
    assert all(set(one) == {"podSelector"} for one in rule["from"])


def test_what_the_page_says_of_limits_is_so() -> None:
    words = " ".join(PAGE.split())
    assert (f"no more than {MOST}," in words, f"reserves one core and {MEMORY / 1e9:g} GB" in words) == (True, True)
    assert RETRIES == 5
    assert "up to five times" in words
    assert (STALL, CRAWL_STALL) == (300, 600)
    assert "after five minutes without progress (ten in a crawl)" in words
    assert GRACE == TTL == 120
    assert words.count("two minutes") == 2
    assert "can run any code on all of its machines" in words
