"""The page in a real browser: hostile text runs no script and makes no request, and nothing overflows."""

from __future__ import annotations

import base64
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from browser import Browser, browser
from page_checks import faint_texts, overflowing, payloads
from report_frames import report_on, sessions, two_weeks
from score_frames import evaluations, scores_frame

from galtea_frames.report.index import write_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import galtea_frames as gf

pytestmark = pytest.mark.uncounted

LOOKS = [(360, False), (360, True), (1200, False), (1200, True)]


class Canary:
    """A local server that must receive no requests."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(404)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    """The server that must receive no requests."""
    bird = Canary()
    yield bird
    bird.server.shutdown()
    bird.server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for all tests of this module."""
    with browser() as opened:
        yield opened


def hostile_report(texts: list[str]) -> gf.Report:
    """Return a report with each text in every text field."""
    world: list[dict[str, Any]] = []
    for number, text in enumerate(texts):
        fields = {"userId": text, "stoppingReason": text, "testCaseId": text, "metadata": {text: number, "ms": number}}
        for day in ("2026-03-17", "2026-03-24"):
            world += sessions(20, day, "COMPLETED", f"v{text}", **fields)
            world += sessions(20, day, "FAILED", f"v{text}", error=f"{text} {number}", **fields)
        world += sessions(3, "2026-03-25", f"odd {text}", f"unknown {text}", **fields)
        world += sessions(3, "2026-03-18", version=f"silent {text}")
    world = [each | {"id": f"{each['id']}{each['versionId']}"} for each in world]
    names = [
        {"id": f"v{text}", "name": text, "modelId": text, "productId": text, "createdAt": "2026-03-23T00:00:00Z"}
        for text in texts
    ]
    attrs = {
        "complete": False,
        "problem": " ".join(texts),
        "filters": {text: text for text in texts},
        "mixed_columns": texts,
    }
    records = [
        each
        for number, text in enumerate(texts)
        for each in evaluations(world, [number / len(texts)], f"m{text}", text, why_not=text, id=text)
    ]
    scores = scores_frame([each | {"id": f"{number}"} for number, each in enumerate(records)])
    return report_on(
        world,
        names,
        attrs,
        scores=scores,
        session_url="https://example.com/{id}",
        version_url="https://example.com/{id}",
        metrics="metadata.ms",
        sums=["metadata.ms", *(f"metadata.{text}" for text in texts[:4])],
        by=["stopping_reason", "metric.name", f"metadata.{texts[10]}"],
        include_text=True,
        command=" ".join(texts),
        thresholds=["failure_rate > 1% per version", "score('WW') < 0.5 per version".replace("WW", "W" * 500)],
    )


@pytest.fixture(scope="module")
def hostile_page(canary: Canary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of that report."""
    file = tmp_path_factory.mktemp("hostile") / "report.html"
    file.write_text(hostile_report(payloads(canary.url)).to_html(), encoding="utf-8")
    return file


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("page", ["hostile_page", "hostile_email"])
def test_hostile_text_stays_text(
    chromium: Browser, canary: Canary, look: tuple[int, bool], page: str, request: pytest.FixtureRequest
) -> None:
    """No script runs, no request is made, no dialog opens, no exception is thrown."""
    shown: Path = request.getfixturevalue(page)
    chromium.open(shown, look[0], dark=look[1])
    assert chromium.evaluate("typeof window.hacked") == "undefined"
    assert [shown.as_uri()] == chromium.requests
    assert [] == canary.asked
    assert [] == chromium.seen("Page.javascriptDialogOpening")
    assert [] == chromium.seen("Runtime.exceptionThrown")
    assert 0 == chromium.evaluate(
        "document.querySelectorAll('script, iframe, form, base, link, video, [onerror]').length"
    )
    assert re.search("script[>\u203a]window.hacked", chromium.evaluate("document.body.innerText"))


@pytest.fixture(scope="module")
def usual_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A typical page."""
    file = tmp_path_factory.mktemp("usual") / "report.html"
    file.write_text(report_on(two_weeks()).to_html(), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def hostile_email(canary: Canary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What readers of email show of that report, without its pictures."""
    file = tmp_path_factory.mktemp("email") / "email.html"
    body = hostile_report(payloads(canary.url)).to_email().get_body(("html",))
    assert body is not None
    file.write_text(re.sub(r'src="cid:[^"]*"', "", body.get_content()), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def index_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two reports, one with long words."""
    folder = tmp_path_factory.mktemp("reports")
    report_on(two_weeks()).write(folder / "usual")
    report_on(two_weeks(), selection="W" * 200, thresholds=f"n > {'1' * 39}").write(folder / ("W" * 200))
    write_index(folder)
    return folder / "index.html"


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("page", ["hostile_page", "usual_page", "hostile_email", "index_page"])
def test_nothing_overflows(
    chromium: Browser, look: tuple[int, bool], page: str, request: pytest.FixtureRequest
) -> None:
    """On a phone and on a desktop, light and dark."""
    width, dark = look
    chromium.open(request.getfixturevalue(page), width, dark=dark)
    assert width == chromium.evaluate("document.documentElement.clientWidth")
    assert [] == overflowing(chromium)


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_colours_follow_the_readers_choice_and_can_be_read(
    chromium: Browser, hostile_page: Path, width: int, dark: bool
) -> None:
    """Background and pictures are light or dark; text has a contrast of at least 4.5 to 1, as WCAG 2.2 requires."""
    chromium.open(hostile_page, width, dark=dark)
    ground = chromium.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) < 150) == dark
    shown = chromium.evaluate(
        "document.querySelector('picture img').currentSrc === document.querySelector('source').srcset"
    )
    assert shown == dark
    assert [] == faint_texts(chromium)


def test_a_page_that_is_not_safe_would_be_found(chromium: Browser, tmp_path: Path) -> None:
    """The same texts unescaped run scripts, make requests and overflow, so the tests above can fail."""
    bird = Canary()
    page = tmp_path / "unsafe.html"
    page.write_text(f"<html><body>{' '.join(payloads(bird.url)[2:4])}<p style='width:2000px'>x</p></body></html>")
    chromium.open(page, 360, dark=False)
    assert 1 == chromium.evaluate("new Promise(done => setTimeout(() => done(window.hacked), 500))")
    assert {"/image", "/script"} <= set(bird.asked)
    assert f"{bird.url}/image" in chromium.requests
    assert overflowing(chromium)
    bird.server.shutdown()
    bird.server.server_close()


def test_the_page_prints(chromium: Browser, usual_page: Path) -> None:
    """On a few pages, in the desktop layout and light colours."""
    chromium.open(usual_page, 1200, dark=True)
    printed = base64.b64decode(chromium.call("Page.printToPDF", printBackground=True)["data"])
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 6
    chromium.call("Emulation.setEmulatedMedia", media="print")
    assert chromium.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert [usual_page.as_uri()] == chromium.requests


def test_without_chromium_the_tests_fail_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not skipped."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AssertionError, match="this test needs Chromium: apt-get install chromium"), browser():
        pass
