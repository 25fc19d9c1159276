"""A file on a web server, read from front to end; asked for again where that may help."""

from __future__ import annotations

import base64
import datetime as dt
import re
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse, InvalidURL, responses
from typing import Final
from urllib.parse import unquote

from storage.errors import ArchiveError

WEB: Final = ("http://", "https://")
_TIMEOUT: Final = 60.0
# How often a server is asked that is out of reach or busy, and a transfer that breaks off is taken up again without a
# byte in between; the first wait in seconds, which doubles, and the longest that a server may ask for.
_TRIES: Final = 5
_WAIT: Final = 1.0
_LONGEST: Final = 60.0
# Answers that another time may be better: RFC 9110, 15.5.9 and 15.6, and RFC 6585, 4.
_LATER: Final = frozenset({408, 429, 500, 502, 503, 504})
# A signed address may allow GET alone.
_NO_HEAD: Final = frozenset({403, 405, 501})


class InputError(ArchiveError):
    """A file cannot be found or read; the message says which, why, and what to write instead."""


class _Refused(InputError):
    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class _Later(Exception):
    """Worth asking again, after so many seconds at least."""

    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after


def shown(address: str) -> str:
    """``address`` without what may be secret: of a web address the user, the password, the query and the fragment."""
    if not address.startswith(WEB):
        return address
    scheme, _, rest = address.partition("://")
    host, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def described(address: str, *, agent: str) -> tuple[int | None, tuple[str, ...]]:
    """The size in bytes of the file at ``address``, None where the server does not tell, and what names its version.

    Raises InputError where there is none.
    """
    try:
        answer = _asked(address, agent, method="HEAD")
    except _Refused as refused:
        if refused.status not in _NO_HEAD:
            raise
        answer = _asked(address, agent, headers={"Range": "bytes=0-0"})
    with answer:
        whole = answer.headers.get("Content-Length") or ""
        if answer.status == 206:
            whole = (answer.headers.get("Content-Range") or "").rpartition("/")[2]
        size = int(whole) if whole.isdecimal() else None
        return size, tuple(answer.headers.get(name) or "" for name in ("ETag", "Last-Modified"))


class Download:
    """A transfer that is taken up again where it breaks off, of a file of ``size`` bytes (None: nobody knows)."""

    def __init__(self, address: str, size: int | None, agent: str) -> None:
        self._address = address
        self._size = size
        self._agent = agent
        self._offset = 0
        self._answer = _asked(address, agent)
        self._version = _version(self._answer)
        length = self._answer.headers.get("Content-Length") or ""
        if size is not None and length.isdecimal() and int(length) != size:
            self.close()
            raise self._changed()

    def read(self, size: int) -> bytes:
        """At most so many bytes, none at the end. Raises InputError where it cannot be read to its end."""
        for attempt in range(_TRIES):
            try:
                data = self._answer.read(size)
                if not data and self._size is not None and self._offset < self._size:
                    raise HTTPException(f"it ended after {self._offset} of {self._size} bytes")
            except (OSError, HTTPException) as error:
                if attempt == _TRIES - 1:
                    raise InputError(f"{shown(self._address)} cannot be read to its end: {error}") from error
                time.sleep(_WAIT * 2**attempt)
                self._answer.close()
                self._answer = self._rest()
            else:
                self._offset += len(data)
                return data
        return b""

    def close(self) -> None:
        """End the transfer."""
        self._answer.close()

    def _rest(self) -> HTTPResponse:
        """Ask for what is still to come, of the same version of the file (RFC 9110, 13.1.5)."""
        if not self._offset:
            answer, headers = _asked(self._address, self._agent), {}
        else:
            headers = {"Range": f"bytes={self._offset}-"}
            etag, modified = self._version
            validator = etag if etag and not etag.startswith("W/") else modified
            answer = _asked(
                self._address, self._agent, headers=headers | ({"If-Range": validator} if validator else {})
            )
        if any(then and now and then != now for then, now in zip(self._version, _version(answer), strict=True)):
            answer.close()
            raise self._changed()
        place = answer.headers.get("Content-Range") or f"bytes {self._offset}-"
        if self._offset and (answer.status != 206 or not place.startswith(f"bytes {self._offset}-")):
            answer.close()
            raise InputError(f"{shown(self._address)} broke off, and its server sends no part of it; save it to a file")
        return answer

    def _changed(self) -> InputError:
        return InputError(f"{shown(self._address)} was replaced by another file meanwhile; give the command again")


def _version(answer: HTTPResponse) -> tuple[str, str]:
    return answer.headers.get("ETag") or "", answer.headers.get("Last-Modified") or ""


def _asked(address: str, agent: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> HTTPResponse:
    """The answer; a server that is out of reach or busy is asked :data:`_TRIES` times. Raises InputError."""
    for attempt in range(_TRIES):
        try:
            return _once(address, agent, method, headers or {})
        except _Later as later:
            if attempt == _TRIES - 1:
                raise InputError(f"{shown(address)} cannot be read: {later}") from later
            time.sleep(min(_LONGEST, max(later.after, _WAIT * 2**attempt)))
    raise AssertionError("unreachable")


def _once(address: str, agent: str, method: str, headers: Mapping[str, str]) -> HTTPResponse:
    try:
        request = _request(address, agent, method, headers)
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        with error:
            # Its reason may quote where it leads to.
            told = f"the server answers {error.code} {responses.get(error.code, '')}".rstrip()
            if error.code in _LATER:
                raise _Later(told, _seconds(error.headers.get("Retry-After") or "")) from None
        raise _Refused(f"{shown(address)} cannot be read: {told}", error.code) from None
    except (InvalidURL, UnicodeError):
        raise InputError(
            f"{shown(address)} is no address that can be asked; write what is unusual in it as %XX"
        ) from None
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        lasting = isinstance(reason, ssl.SSLCertVerificationError | ValueError) or (
            isinstance(reason, socket.gaierror) and reason.errno != socket.EAI_AGAIN
        )
        if lasting:
            raise InputError(f"{shown(address)} cannot be read: {reason}") from error
        raise _Later(str(reason)) from error
    return answer


def _request(address: str, agent: str, method: str, headers: Mapping[str, str]) -> urllib.request.Request:
    """What is asked; a user and a password in the address go into a header, which follows no redirect."""
    scheme, _, rest = address.partition("://")
    place, mark, query = rest.partition("?")
    host, slash, path = place.partition("/")
    user, _, host = host.rpartition("@")
    request = urllib.request.Request(f"{scheme}://{host}{slash}{path}{mark}{query}", method=method)
    for name, value in ({"User-Agent": agent, "Accept-Encoding": "identity"} | dict(headers)).items():
        request.add_header(name, value)
    if user:
        name, _, password = user.partition(":")
        told = base64.b64encode(f"{unquote(name)}:{unquote(password)}".encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {told}")
    return request


def _seconds(text: str) -> float:
    """What ``Retry-After`` asks for (RFC 9110, 10.2.3), 0 where it is neither seconds nor a date."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return (parsedate_to_datetime(text) - dt.datetime.now(dt.UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0
