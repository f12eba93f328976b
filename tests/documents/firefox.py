"""A real Firefox for tests of pages, driven by the remote protocol that is built into it: Marionette.

The protocol (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html) is JSON over a local socket, and
its commands are those of WebDriver; no driver program has to be installed.
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest

FIREFOX: Final = shutil.which("firefox-esr") or shutil.which("firefox")

pytestmark: Final = [
    pytest.mark.browser,
    pytest.mark.skipif(
        FIREFOX is None, reason="Firefox is not installed: apt-get install --no-install-recommends firefox-esr"
    ),
]
"""For a test module that opens pages in Firefox: `pytestmark = firefox.pytestmark`."""

_PREFERENCES: Final = {
    "marionette.port": 0, "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True, "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False, "toolkit.telemetry.enabled": False, "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9, "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9, "browser.aboutConfig.showWarning": False, "devtools.console.stdout.content": True,
}  # fmt: skip
"""A port of its own, nothing asked of anybody: what a page would fetch goes to a proxy that is not there."""


class Firefox:
    """A headless Firefox; commands are those of WebDriver."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._file = stream.makefile("rb")
        self._count = 0
        self._receive()  # the greeting
        self.command("WebDriver:NewSession", {})

    def _receive(self) -> Any:
        digits = b""
        while not digits.endswith(b":"):
            part = self._file.read(1)
            assert part, "Firefox closed the connection"
            digits += part
        return json.loads(self._file.read(int(digits[:-1])))

    def command(self, name: str, parameters: dict[str, Any]) -> Any:
        """The value of one command; AssertionError with Firefox's own message if it fails."""
        self._count += 1
        text = json.dumps([0, self._count, name, parameters]).encode("utf-8")
        self._stream.sendall(b"%d:%b" % (len(text), text))
        _, _, error, result = self._receive()
        assert error is None, f"{name}: {error['message']}"
        return result.get("value", result) if isinstance(result, dict) else result

    def open(self, page: Path, width: int = 1000, height: int = 900) -> None:
        """The page of a file, in a window whose inside is so wide."""
        found = self.command("WebDriver:SetWindowRect", {"width": width, "height": height})
        inside = self.run("return innerWidth")
        if inside != width:
            self.command("WebDriver:SetWindowRect", {"width": found["width"] + width - inside, "height": height})
        self.command("WebDriver:Navigate", {"url": page.as_uri()})

    def run(self, script: str, *arguments: object) -> Any:
        """What the body of a function returns in the page; a promise is waited for."""
        return self.command("WebDriver:ExecuteScript", {"script": script, "args": list(arguments), "newSandbox": False})

    def picture(self) -> bytes:
        """The whole page as PNG."""
        return base64.b64decode(self.command("WebDriver:TakeScreenshot", {"full": True}))

    def close(self) -> None:
        """Ends the session and the browser."""
        self.command("Marionette:Quit", {"flags": ["eForceQuit"]})
        self._file.close()


@contextmanager
def browser() -> Iterator[Firefox]:
    """A Firefox with a profile of its own: a module-scoped fixture yields from it."""
    assert FIREFOX is not None
    with TemporaryDirectory(prefix="symderiv-firefox-") as name:
        profile = Path(name)
        lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in _PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [FIREFOX, "--headless", "--marionette", "--no-remote", "--profile", name]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with socket.create_connection(("127.0.0.1", _port(profile, running)), timeout=120) as stream:
                made = Firefox(stream)
                try:
                    yield made
                finally:
                    made.close()
        finally:
            try:
                running.wait(timeout=20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def _port(profile: Path, running: subprocess.Popen[bytes]) -> int:
    """The port that Firefox chose, which it writes into its profile."""
    place = profile / "MarionetteActivePort"
    for _ in range(1200):
        if place.exists() and (text := place.read_text().strip()):
            return int(text)
        assert running.poll() is None, "Firefox ended before it could be asked anything"
        time.sleep(0.1)
    raise AssertionError("Firefox did not open its port")
