"""The browser for pages that need JavaScript: where it is found, how it is shut in, and what to install where it lacks.

It has no way to the network of its own: a proxy that refuses every connection stands before it, and whatever it asks
for is intercepted and answered by :mod:`crawler.render`.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser")
INSTALL = "pip install 'broadsheet[browser]' and apt-get install chromium (in a checkout: make browser)"
# TCP port 1 (tcpmux): nobody listens there.
_NOWHERE = "http://127.0.0.1:1"
_ARGUMENTS = (
    f"--proxy-server={_NOWHERE}",
    # Chromium passes proxies by for loopback unless told otherwise.
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--mute-audio",
    "--no-first-run",
)


def executable() -> str | None:
    """The path of the machine's Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def missing() -> str | None:
    """What lacks for rendering, as a clause for people; None where all is there."""
    if importlib.util.find_spec("playwright") is None:
        return "the extra [browser] is not installed"
    return None if executable() is not None else "there is no Chromium on this machine"


async def launch(playwright: Playwright) -> Browser:
    """Start Chromium without a window; in its sandbox, except as root, where Chromium has none."""
    return await playwright.chromium.launch(
        executable_path=executable(), args=list(_ARGUMENTS), chromium_sandbox=os.geteuid() != 0, handle_sigint=False,
        handle_sigterm=False, handle_sighup=False,
    )  # fmt: skip
