"""docs/examples: each is checked by a tool that knows its format, and each command in it by our own command line."""

from __future__ import annotations

import copy
import datetime as dt
import importlib.util
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from cronsim import CronSim

from crawler.cli import main
from crawler.config import parse
from storage.places import S3Address

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
UNITS = sorted((EXAMPLES / "systemd").iterdir())
PROGRAM = "/srv/broadsheet/.venv/bin/broadsheet"
MANIFESTS = [one for one in yaml.safe_load_all((EXAMPLES / "kubernetes.yaml").read_text("utf-8")) if one is not None]
JOBS = [one for one in MANIFESTS if one["kind"] == "CronJob"]
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def parsed(words: list[str]) -> str:
    """The command that ``words`` give; click's own exception where a command, an option or a value is wrong."""
    name, *rest = words
    command = main.commands[name]
    command.make_context(name, rest, parent=click.Context(main)).close()
    return name


def cron_lines() -> Iterator[tuple[str, str]]:
    """The schedule and the command of each job of the crontab."""
    for line in (EXAMPLES / "crontab").read_text("utf-8").splitlines():
        # One begins with a "#", which is to be taken away.
        if re.match(r"#?[*0-9]", line):
            *schedule, command = line.removeprefix("#").split(maxsplit=5)
            yield " ".join(schedule), command


def containers(job: dict[str, Any]) -> list[dict[str, Any]]:
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return [*pod.get("initContainers", ()), *pod["containers"]]


@pytest.mark.parametrize("words", [["crawl", "--budget-tiem", "14m"], ["crawl", "--budget-time", "14 moons"]])
def test_a_wrong_command_would_be_found(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        parsed(words)


def test_the_crontab_has_schedules_that_a_parser_takes_and_commands_that_exist() -> None:
    named = []
    for schedule, command in cron_lines():
        assert next(CronSim(schedule, NOON)) > NOON
        # cron makes a line break of it.
        assert "%" not in command
        done = subprocess.run(["sh", "-n", "-c", command], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        for script in re.findall(r"checkout/(\S+)", command):
            assert os.access(ROOT / script, os.X_OK)
        calls = re.findall(r"\.venv/bin/broadsheet ([^|;&>]+)", command)
        named += [parsed(shlex.split(call)) for call in calls]
    assert named == ["crawl", "compact", "cluster", "report", "verify"]


def test_a_crawl_of_the_crontab_ends_before_the_next_one_begins() -> None:
    (schedule, command) = next(cron_lines())
    first, second = itertools.islice(CronSim(schedule, NOON), 2)
    context = main.commands["crawl"].make_context("crawl", shlex.split(command.split("broadsheet crawl ")[1])[:2])
    assert context.params["budget_time"] < second - first


@pytest.mark.skipif(shutil.which("crontab") is None, reason="cron is not installed")
def test_cron_itself_takes_the_crontab() -> None:
    done = subprocess.run(["crontab", "-T", EXAMPLES / "crontab"], capture_output=True, text=True, check=False)
    if "invalid option" in done.stderr:
        pytest.skip("this cron cannot check a file")
    assert done.returncode == 0, done.stderr


def test_the_units_name_commands_that_exist() -> None:
    named = []
    for unit in UNITS:
        for line in re.findall(r"^ExecStart=(.*)$", unit.read_text("utf-8"), re.MULTILINE):
            program, *words = shlex.split(line)
            if program != "/bin/sh":
                assert program == PROGRAM
                named.append(parsed(words))
    assert sorted(named) == ["cluster", "compact", "crawl", "report", "verify"]


def test_every_timer_has_its_service_and_every_service_tells_of_its_failure() -> None:
    names = {unit.name for unit in UNITS}
    for unit in UNITS:
        if unit.suffix == ".timer":
            assert f"{unit.stem}.service" in names
        elif "@" not in unit.name:
            assert "OnFailure=broadsheet-failed@%n.service" in unit.read_text("utf-8")
            assert f"{unit.stem}.timer" in names
    assert "broadsheet-failed@.service" in names


def verified_by_systemd(folder: Path) -> str:
    """What systemd says of the units in ``folder``; whether our command is there is not its business."""
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(folder.iterdir())],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if "broadsheet" in line]
    return "\n".join(said) or ("" if done.returncode == 0 else done.stderr)


@pytest.mark.extras
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed; see `make operators`")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text("utf-8").replace(PROGRAM, sys.executable), "utf-8")
    assert verified_by_systemd(tmp_path) == ""
    crawl = tmp_path / "broadsheet.service"
    crawl.write_text(crawl.read_text("utf-8").replace("KillMode=", "KilMode="), "utf-8")
    assert "KilMode" in verified_by_systemd(tmp_path), "a wrong unit would be found"


def test_the_manifests_name_commands_that_exist_and_a_configuration_that_can_be_read() -> None:
    assert [parsed(one["args"]) for job in JOBS for one in containers(job)] == ["crawl", "compact", "cluster", "verify"]
    (text,) = [one["data"]["broadsheet.toml"] for one in MANIFESTS if one["kind"] == "ConfigMap"]
    config = parse(text, Path("/config/broadsheet.toml"))
    assert config.disabled == ()
    assert isinstance(config.archive.path, S3Address)
    wanted = tomllib.loads(text)["archive"]["spool"]
    for job in JOBS:
        for one in containers(job):
            mounts = {mount["mountPath"] for mount in one["volumeMounts"]}
            assert str(Path(wanted).parent) in mounts
            assert one["args"][one["args"].index("--config") + 1] == "/config/broadsheet.toml"


def test_the_jobs_keep_apart_and_know_the_exit_codes() -> None:
    """What the schema of Kubernetes does not say: its API server refuses a policy without ``restartPolicy: Never``."""
    for job in JOBS:
        assert job["spec"]["concurrencyPolicy"] == "Forbid"
        spec = job["spec"]["jobTemplate"]["spec"]
        assert spec["template"]["spec"]["restartPolicy"] == "Never"
        names = {one["name"] for one in containers(job)}
        rules = [rule["onExitCodes"] for rule in spec["podFailurePolicy"]["rules"] if "onExitCodes" in rule]
        assert {rule["containerName"] for rule in rules} == names
        assert all(2 in rule["values"] for rule in rules)
        volumes = {volume["name"] for volume in spec["template"]["spec"]["volumes"]}
        assert all({mount["name"] for mount in one["volumeMounts"]} == volumes for one in containers(job))


@pytest.mark.extras
@pytest.mark.skipif(importlib.util.find_spec("kubernetes_validate") is None, reason="[kubernetes] is not installed")
@pytest.mark.parametrize("version", ["1.31", "1.34", "1.37"])
def test_the_manifests_keep_to_the_schema_of_kubernetes(version: str) -> None:
    import kubernetes_validate

    for one in MANIFESTS:
        kubernetes_validate.validate(one, version, strict=True)
    wrong = copy.deepcopy(JOBS[0])
    wrong["spec"]["concurencyPolicy"] = wrong["spec"].pop("concurrencyPolicy")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, version, strict=True)


def test_the_image_copies_what_the_packages_need() -> None:
    """No image is built here; that ``pip install`` works from these files alone was tried by hand."""
    text = (EXAMPLES / "Dockerfile").read_text("utf-8")
    copied = {name for line in re.findall(r"^COPY (.*) \S+$", text, re.MULTILINE) for name in line.split()}
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = {pattern.rstrip("*") for pattern in packed["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert copied == wanted | {"pyproject.toml", packed["project"]["readme"], *packed["project"]["license-files"]}
    (extras,) = re.findall(r"/src\[([a-z0-9,]+)\]", text)
    assert set(extras.split(",")) <= set(packed["project"]["optional-dependencies"])
