"""Nothing that a stranger says leads the crawl to this machine or into a private network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from twisted.internet.address import IPv4Address, IPv6Address

import storage
from crawler.config import parse
from crawler.demo import DemoServer, Resource
from crawler.demo.resource import redirect
from crawler.guard import is_allowed, is_private
from crawler.resolver import GuardedResolver
from storage.schema import captures_from_arrow

HERE = Path(__file__).parent
COMMAND = (sys.executable, "-c", "from crawler.cli import main; main(prog_name='broadsheet')", "crawl")


@pytest.mark.parametrize(
    ("host", "private"),
    [
        pytest.param("paper.example", False, id="a name"),
        pytest.param("8.8.8.8", False, id="a public address"),
        pytest.param("[2606:4700::1111]", False, id="a public address, IPv6"),
        pytest.param("127.0.0.1", True, id="loopback"),
        pytest.param("127.9.9.9", True, id="all of 127/8"),
        pytest.param("10.1.2.3", True, id="RFC 1918"),
        pytest.param("172.31.0.1", True, id="RFC 1918, 172.16/12"),
        pytest.param("192.168.0.1", True, id="RFC 1918, 192.168/16"),
        pytest.param("169.254.169.254", True, id="link-local: where clouds keep credentials"),
        pytest.param("100.64.0.1", True, id="carrier's NAT"),
        pytest.param("0.0.0.0", True, id="this host"),
        pytest.param("255.255.255.255", True, id="broadcast"),
        pytest.param("224.0.0.1", True, id="multicast"),
        pytest.param("198.18.0.1", True, id="benchmarks"),
        pytest.param("[::1]", True, id="loopback, IPv6"),
        pytest.param("[::]", True, id="unspecified, IPv6"),
        pytest.param("[fe80::1]", True, id="link-local, IPv6"),
        pytest.param("[fd00::1]", True, id="unique local"),
        pytest.param("[fec0::1]", True, id="site-local, as of old"),
        pytest.param("[::ffff:127.0.0.1]", True, id="IPv4-mapped"),
        pytest.param("[::ffff:8.8.8.8]", False, id="IPv4-mapped, public"),
        pytest.param("[::127.0.0.1]", True, id="IPv4-compatible"),
        pytest.param("[64:ff9b::7f00:1]", True, id="NAT64"),
        pytest.param("[64:ff9b:1::a00:1]", True, id="NAT64 of RFC 8215"),
        pytest.param("[64:ff9b::808:808]", False, id="NAT64, public"),
        pytest.param("[2002:7f00:1::]", True, id="6to4"),
        pytest.param("2130706433", True, id="decimal"),
        pytest.param("0x7f000001", True, id="hexadecimal"),
        pytest.param("0x7f.1", True, id="hexadecimal and short"),
        pytest.param("017700000001", True, id="octal"),
        pytest.param("0177.0.0.1", True, id="octal in its first part"),
        pytest.param("127.1", True, id="short"),
        pytest.param("127.0.0.1.", True, id="with its dot"),
        pytest.param("LOCALHOST", True, id="localhost"),
        pytest.param("a.localhost.", True, id="under localhost"),
        pytest.param("printer.local", True, id="mDNS"),
        pytest.param("router.home.arpa", True, id="a home's"),
        pytest.param("metadata.google.internal", True, id="internal"),
        pytest.param("intranet", True, id="no dot"),
        pytest.param("local.example", False, id="a name that begins so"),
        pytest.param("1.2.3.4.example", False, id="a name with numbers"),
    ],
)
def test_is_private(host: str, private: bool) -> None:
    assert is_private(f"http://{host}/feed") is private
    assert is_private(f"https://user@{host}:8443/feed") is private


def test_what_is_allowed_is_allowed_with_its_port_only() -> None:
    assert is_allowed("127.0.0.1", 8742, {"127.0.0.1:8742"})
    assert not is_allowed("127.0.0.1", 22, {"127.0.0.1:8742"})
    assert is_allowed("::1", 80, {"[::1]:80"})
    assert is_allowed("intranet", 8080, {"intranet"})


class Fixed:
    """A resolver that answers with the next of its lists of addresses at each lookup."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def resolveHostName(self, receiver: Any, _name: str, port: int = 0, *_: Any) -> Any:
        receiver.resolutionBegan(self)
        for address in self.answers.pop(0):
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, port))
        receiver.resolutionComplete()
        return self


class Heard:
    """Takes down what a resolver says."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.done = False

    def resolutionBegan(self, resolution: Any) -> None:
        assert resolution is not None

    def addressResolved(self, address: Any) -> None:
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:
        self.done = True


def ask(resolver: GuardedResolver, name: str, port: int = 80) -> list[str]:
    heard = Heard()
    resolver.resolveHostName(heard, name, port)
    assert heard.done
    return heard.addresses


def test_a_name_that_turns_private_is_caught_at_the_next_connection() -> None:
    resolver = GuardedResolver(Fixed(["8.8.8.8"], ["127.0.0.1"], ["8.8.8.8"]), ())
    assert ask(resolver, "rebound.example") == ["8.8.8.8"]
    assert ask(resolver, "rebound.example") == []
    assert resolver.held_back["rebound.example"] == ["127.0.0.1"]
    assert ask(resolver, "rebound.example") == ["8.8.8.8"]
    assert resolver.held_back["rebound.example"] == []


def test_only_the_public_ones_of_several_addresses_are_tried() -> None:
    answer = ["10.0.0.1", "8.8.8.8", "::ffff:192.168.1.1", "fe80::1", "2606:4700::1111"]
    assert ask(GuardedResolver(Fixed(answer), ()), "mixed.example") == ["8.8.8.8", "2606:4700::1111"]


def test_an_allowed_host_may_be_private_on_its_port() -> None:
    resolver = GuardedResolver(Fixed(["10.0.0.1"], ["10.0.0.1"]), ["news.intranet:8080"])
    assert ask(resolver, "news.intranet", 8080) == ["10.0.0.1"]
    assert ask(resolver, "news.intranet", 22) == []


def config(text: str) -> str:
    crawl = 'contact = "mailto:a@guard.test"\ndelay = "0s"\nretries = 0\nworkers = 1\n'
    return f'[archive]\npath = "archive"\n[crawl]\n{crawl}{text}'


def block(*entrances: str, hosts: tuple[str, ...] = ()) -> str:
    listed = ", ".join(f'"{url}"' for url in entrances)
    names = ", ".join(f'"{name}"' for name in hosts)
    return f'[[source]]\nname = "inside"\nentrances = [{listed}]\nhosts = [{names}]\n'


@pytest.mark.parametrize("place", ["127.0.0.1:8742", "localhost:8742", "[::1]:8742", "intranet"])
def test_a_private_entrance_is_a_mistake_that_says_what_to_write(place: str) -> None:
    entrance = block(f"http://{place}/feed.xml")
    (disabled,) = parse(config(entrance), Path("broadsheet.toml")).disabled
    assert f'allow_private = ["{place}"]' in str(disabled.error)
    allowed = parse(config(f'allow_private = ["{place}"]\n{entrance}'), Path("broadsheet.toml"))
    assert not allowed.disabled


def sitemap(*urls: str) -> Resource:
    rows = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    text = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
    return Resource(content=text, content_type="application/xml")


def crawl(folder: Path, *args: str, **more: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    env = {**clean, "PYTHONPATH": str(HERE), **more}
    return subprocess.run(
        [*COMMAND, "-s", "TWISTED_DNS_RESOLVER=loopback_dns.LoopbackResolver", *args],
        cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip


def fates(folder: Path) -> dict[str, tuple[str, str | None]]:
    rows = storage.open_archive(folder / "archive").captures().to_table(filter=pc.field("outcome") != "announced")
    return {f"{row.kind} {row.requested_url}": (row.outcome, row.reason) for row in captures_from_arrow(rows)}


def test_names_that_lead_to_this_machine_are_refused_after_resolution(tmp_path: Path) -> None:
    with DemoServer() as server:
        entrance = f"http://inside.test:{server.port}/sitemap.xml"
        server.put("http://inside.test/sitemap.xml", sitemap(f"http://inside.test:{server.port}/2026/05/04/story"))
        (tmp_path / "broadsheet.toml").write_text(config(block(entrance)), encoding="utf-8")
        done = crawl(tmp_path)
        assert not server.requests
    assert done.returncode == 3, done.stdout + done.stderr
    assert "private_address" in done.stdout
    found = fates(tmp_path)
    assert found[f"entrance {entrance}"] == ("refused", "private_address")
    assert found[f"robots http://inside.test:{server.port}/robots.txt"] == ("refused", "private_address")


def test_every_redirect_is_judged_anew(tmp_path: Path) -> None:
    with DemoServer() as server:
        port = server.port
        base = f"http://inside.test:{port}"
        targets = {
            "name": f"http://other.test:{port}/secret",
            "literal": f"http://127.0.0.1:{port}/secret",
            "hexadecimal": f"http://0x7f.1:{port}/secret",
            "mapped": f"http://[::ffff:127.0.0.1]:{port}/secret",
        }
        for name, target in targets.items():
            server.put(f"http://inside.test/2026/05/04/{name}", redirect(target))
        server.put("http://inside.test/sitemap.xml", sitemap(*(f"{base}/2026/05/04/{name}" for name in targets)))
        hosts = (f"other.test:{port}", f"127.0.0.1:{port}", f"0x7f.1:{port}", f"[::ffff:127.0.0.1]:{port}")
        allow = f'allow_private = ["inside.test:{port}"]\n'
        (tmp_path / "broadsheet.toml").write_text(
            config(allow + block(f"{base}/sitemap.xml", hosts=hosts)), encoding="utf-8"
        )
        done = crawl(tmp_path)
        asked = {request.path for request in server.requests}
    assert done.returncode == 0, done.stdout + done.stderr
    assert "/secret" not in asked
    assert "/2026/05/04/name" in asked
    found = fates(tmp_path)
    for name in targets:
        assert found[f"article {base}/2026/05/04/{name}"] == ("refused", "private_address"), name


def test_behind_a_proxy_literal_addresses_are_refused(tmp_path: Path) -> None:
    with DemoServer() as server:
        server.put("http://paper.test/sitemap.xml", sitemap("http://10.0.0.7/2026/05/04/story"))
        text = config(block("http://paper.test/sitemap.xml", hosts=("10.0.0.7",)))
        (tmp_path / "broadsheet.toml").write_text(text, encoding="utf-8")
        done = crawl(tmp_path, http_proxy=server.proxy_url)
        hosts = {request.host for request in server.requests}
    assert done.returncode == 0, done.stdout + done.stderr
    assert hosts == {"paper.test"}
    assert fates(tmp_path)["article http://10.0.0.7/2026/05/04/story"] == ("refused", "private_address")
