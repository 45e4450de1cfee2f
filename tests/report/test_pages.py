"""The formats of a report: HTML, Markdown, JSON, charts and rows; the same bytes for the same input."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pytest
from folder_contents import contents
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from report_frames import framed, report_on, sessions, two_weeks, versions
from score_frames import evaluations, scores_frame

import galtea_frames as gf
from galtea_frames.pages.pictures import DARK, LIGHT, Look
from galtea_frames.pages.rendering import escape_markdown, markdown_code
from galtea_frames.pages.wording import number, plural, points, signed_count, signed_percent
from galtea_frames.printable import printable
from galtea_frames.report.pages.charts import charts
from galtea_frames.report.pages.sparklines import across, lines

if TYPE_CHECKING:
    from collections.abc import Callable

CHARTS = ["failure_rate_by_version", "metric_1", "sessions_by_day", "share_of_versions", "stopping_reasons"]


def measured() -> list[dict[str, Any]]:
    """Return two weeks with a metric."""
    return [each | {"metadata": {"ms": place}} for place, each in enumerate(two_weeks())]


class Page(HTMLParser):
    """The tags and the text of an HTML page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep a piece of text."""
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all tags of a name."""
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def links(self) -> list[dict[str, str | None]]:
        """Return the attributes of the links that lead out of the page."""
        return [attrs for attrs in self.all("a") if not str(attrs["href"]).startswith("#")]

    @property
    def text(self) -> str:
        """The page's text, with single spaces."""
        return " ".join(" ".join(self.words).split())


@pytest.mark.usefixtures("undrawn_charts")
def test_html_markdown_and_json_say_the_same() -> None:
    """All three have the same numbers, in the same order."""
    report = report_on(measured(), metrics="metadata.ms", thresholds="failure_rate > 10%")
    said, markdown, html = report.to_dict(), report.to_markdown(), Page(report.to_html()).text
    assert said == json.loads(json.dumps(said, allow_nan=False))
    for words in (
        "20.2\u00a0%",
        "14.0\u00a0% to 28.1\u00a0%",
        "+13.8",
        "name of v2",
        "30.0\u00a0%",
        "2026-W13",
        "FAIL",
    ):
        assert words in markdown
        assert words.replace("\u00a0", " ") in html.replace("\u00a0", " ")
    assert said["figures"][0]["now"] == 128
    for page, contents_end in ((markdown, 0), (html, html.index("Reproduce"))):
        order = ["Thresholds", "compared with the previous one", "Version by version", "Why sessions stopped"]
        order += ["What changed", "Can the numbers", "How to reproduce"]
        places = [page.index("FAIL"), *(page.index(words, contents_end) for words in order)]
        assert sorted(places) == places


@pytest.mark.usefixtures("undrawn_charts")
def test_the_page_is_one_file_that_asks_for_nothing() -> None:
    """No scripts, links or URLs except embedded pictures, and a policy that forbids them."""
    page = Page(report_on(measured(), metrics="metadata.ms").to_html())
    names = {tag for tag, _ in page.tags}
    assert set() == names & {"script", "link", "iframe", "object", "embed", "form", "base", "video", "audio"}
    addresses = [attrs[name] for _, attrs in page.tags for name in ("src", "srcset", "action") if name in attrs]
    assert addresses
    assert [] == page.links
    assert all(str(address).startswith("data:image/png;base64,") for address in addresses)
    assert set() == {name for _, attrs in page.tags for name in attrs if name.startswith("on")}
    policy = next(
        attrs["content"] for attrs in page.all("meta") if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" == policy


@pytest.mark.usefixtures("undrawn_charts")
def test_the_contents_list_every_section() -> None:
    """Each heading has an id of its own, and a link to it, in the same order."""
    page = Page(report_on(measured(), metrics="metadata.ms", attrs={"complete": False}).to_html())
    ids = [attrs.get("id") for attrs in page.all("h2")]
    assert [f"#{each}" for each in ids] == [attrs["href"] for attrs in page.all("a")]
    assert len({*ids}) == len(ids) > 8
    assert None not in ids


@pytest.mark.usefixtures("undrawn_charts")
def test_tables_and_pictures_are_accessible() -> None:
    """Tables have captions and scopes, pictures have alternative texts."""
    page = Page(report_on(measured(), metrics="metadata.ms").to_html())
    assert len(page.all("table")) == len(page.all("caption")) > 4
    assert {"row", "col"} == {attrs.get("scope") for attrs in page.all("th")}
    assert all(attrs.get("alt") for attrs in page.all("img"))
    assert len(page.all("img")) == len(page.all("picture")) == 4
    assert all("aria-label" in attrs or "aria-hidden" in attrs for attrs in page.all("svg"))
    assert [{"lang": "en"}] == page.all("html")
    alts = " ".join(str(attrs["alt"]) for attrs in page.all("img"))
    assert "busiest day 2026-03-18 with 60" in alts
    assert "name of v2 30.0\u00a0% of 60" in alts


@pytest.mark.usefixtures("undrawn_charts")
def test_ids_are_links_where_a_template_says_so() -> None:
    """Those of versions and of sessions, in HTML and Markdown; without a template there are none."""
    urls: dict[str, Any] = {
        "session_url": "https://example.com/s/{id}",
        "version_url": "https://example.com/v?id={id}&copy=1",
    }
    report = report_on(two_weeks(), **urls)
    links = Page(report.to_html()).links
    assert {("noopener noreferrer", "_blank")} == {(each["rel"], each["target"]) for each in links}
    assert {"https://example.com/v?id=v1&copy=1", "https://example.com/v?id=v2&copy=1"} <= {
        each["href"] for each in links
    }
    assert "https://example.com/s/2026-03-24-FAILED-v1-" in " ".join(str(each["href"]) for each in links)
    markdown = report.to_markdown()
    assert "| [v1](https://example.com/v?id=v1&amp;copy=1) |" in markdown
    assert "(https://example.com/s/2026-03-24-FAILED-v1-" in markdown
    assert {"session": urls["session_url"], "version": urls["version_url"]} == report.to_dict()["links"]
    without = report_on(two_weeks())
    assert [] == Page(without.to_html()).links
    assert "example.com" not in without.to_markdown()


@pytest.mark.usefixtures("undrawn_charts")
@pytest.mark.parametrize("text", ['"><img src=x>', "](javascript:alert(1))", "a|b ../..", "\ud800 \u202e", ".."])
def test_links_hold_any_id(text: str) -> None:
    """Escaped, so that a link stays one link to the host of its template."""
    world = [each | {"versionId": text} for each in sessions(3, "2026-03-24", "FAILED", error="no")]
    report = report_on(world, versions(text), version_url="https://example.com/v/{id}")
    addresses = [str(each["href"]) for each in Page(report.to_html()).links]
    assert (text == "..") == (addresses == [])
    assert all(re.fullmatch(r"https://example\.com/v/[A-Za-z0-9.%_~-]+", each) for each in addresses)
    targets = re.findall(r"(?<!\\)\]\(([^)]*)\)", report.to_markdown())
    assert set(addresses) == set(targets)


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "a|b\n| c | d\n\n# heading\n- item\r\n```\ncode",
    "[link](http://example.com) ![picture](http://example.com/x.png) http://example.com www.example.com a@b.cc",
    "*bold* _italic_ ~~gone~~ `code` <b>bold</b> &amp; \\| $x$ @someone #1",
    "\u202eright to left\u0000\u0007\u200b\ufeff\u2028end",
    "x" * 3_000,
    "$\\frac{1}{0}$ _legend 目标 \U0001f600",
    "",
]


@cache
def hostile_report(text: str) -> gf.Report:
    """Return a report with a text in every text field."""
    fields = {"userId": text, "stoppingReason": text, "error": text, "metadata": {text: 1, "n": 1}, "testCaseId": text}
    world = [
        {"id": f"{number}{text}", "versionId": f"v{text}", "status": status, "createdAt": "2026-03-24T00:00:00Z"}
        | fields
        for number, status in enumerate([text, "FAILED", "COMPLETED"] * 11)
    ]
    world += sessions(2, "2026-03-17", version=f"old{text}") + sessions(2, "2026-03-24", version=f"unknown{text}")
    known = [{"id": f"v{text}", "name": text, "modelId": text, "productId": text, "createdAt": "2026-03-23T00:00:00Z"}]
    known += [{"id": f"old{text}", "name": f"old {text}", "productId": f"p{text}"}]
    attrs = {"complete": False, "problem": text, "filters": {text: text}}
    names = {"metric.id": text, "metric.metric_group_id": text, "test_case.variant": text}
    name = text[:500]
    records = evaluations(world, [0.5, None], f"m{text}", name, why_not=text, id=text, **names)
    scores = scores_frame([each | {"id": f"{number}{text}"} for number, each in enumerate(records)])
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return report_on(
        world,
        known,
        attrs,
        scores=scores,
        metrics=["metadata.n"],
        sums=["metadata.n", f"no.{text}"],
        by=["stopping_reason", "user_id", f"no.{text}"],
        include_text=True,
        command=text,
        thresholds=f"score('{escaped}') > 0",
    )


@cache
def harmless_page() -> Page:
    """Return the same page with harmless text."""
    return Page(hostile_report("harmless").to_html())


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_the_data_is_text_on_the_page(text: str) -> None:
    """The tags are those of harmless text, and the text is readable."""
    html = hostile_report(text).to_html()
    harmless = harmless_page()
    page = Page(html)
    assert {tag for tag, _ in harmless.tags} >= {tag for tag, _ in page.tags}
    assert len(harmless.all("tr")) == len(page.all("tr"))
    if len(text) < 30:
        assert printable(text).split() == [] or " ".join(printable(text).split()) in page.text
    assert not re.search("[\x00\u202e\u200b]", html)


#: How the first rows of tables begin.
HEADS = (
    "| Condition",
    "| | ",
    "| Version ",
    "| Reason ",
    "| Errors ",
    "| In production",
    "| In tests",
    "| Left out ",
    "| Value ",
)


def shown_words(cell: str) -> list[str]:
    """Return the words of a cell as they are shown: without the backslashes of escapes and the addresses of links."""
    return unescape(re.sub(r"\\(?=[!-/:-@\[-`{-~])|\]\([^)]*\)", "", cell)).split(" ")


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_the_data_is_text_in_markdown(text: str) -> None:
    """Text adds no lines, and no cells to a table's rows."""
    markdown = hostile_report(text).to_markdown()
    harmless = hostile_report("harmless").to_markdown()
    assert len(harmless.splitlines()) == len(markdown.splitlines())
    for mine, theirs in zip(markdown.splitlines(), harmless.splitlines(), strict=True):
        assert mine[:2] == theirs[:2]
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", mine)) == len(re.findall(r"(?<!\\)(?:\\\\)*\|", theirs))
    assert not re.search(r"<\w|</", markdown)
    assert not re.search(r"(?<!\\)\]\(|(?<!\\)!\[|[a-z]://|(?<!\\)@someone|www\.", markdown)


#: The width of a page of a code host, of a character, and of what surrounds the text of a cell, in pixels.
PAGE, LETTER, MARGINS = 838, 8, 27


@pytest.mark.parametrize("text", [*HOSTILE, "harmless", "W" * 500, "a/long/path" * 30, "目" * 90])
def test_tables_in_markdown_fit_the_page_of_a_code_host(text: str) -> None:
    """Columns are as wide as their longest words, so that no table needs to be scrolled."""
    tables: dict[str, list[list[str]]] = {}
    for line in hostile_report(text).to_markdown().splitlines():
        if line.startswith("| "):
            cells = re.split(r"(?<!\\)(?:\\\\)*\|", line)[1:-1]
            tables.setdefault(f"{len(tables) if line.startswith(HEADS) else len(tables) - 1}", []).append(cells)
    assert 6 < len(tables)
    for rows in tables.values():
        longest = [
            max(len(word) for cell in column for word in shown_words(cell)) for column in zip(*rows, strict=True)
        ]
        assert sum(each * LETTER + MARGINS for each in longest) <= PAGE, rows[0]


@pytest.mark.usefixtures("undrawn_charts")
def test_the_markdown_file_shows_the_charts_beside_it(tmp_path: Path) -> None:
    """Two in a row, with alternative texts; each on a line of its own, which a job's summary can leave out."""
    report = report_on([*measured(), *sessions(3, "2026-03-24", version='"><b>@someone')], metrics="metadata.ms")
    report.write(tmp_path / "r")
    lines_of = (tmp_path / "r" / "report.md").read_text("utf-8").splitlines()
    images = [line for line in lines_of if line.startswith("<img ")]
    for line in images:
        found = re.fullmatch(r'<img src="(charts/[a-z_0-9]+\.png)" alt="([^"<>]+)" width="410" align="top">', line)
        assert found
        assert (tmp_path / "r" / found[1]).is_file()
        assert "@someone" not in found[2]
    assert 5 == len(images)
    rest = [line for line in lines_of if line not in images]
    assert report.to_markdown().split() == "\n".join(rest).replace("## Charts", "").split()


@settings(deadline=None)
@given(st.text())
def test_escaped_markdown_has_no_markup(text: str) -> None:
    """No line ends, tags, cells or links, whatever the text; only escapes and spaces are added."""
    escaped = escape_markdown(text)
    assert len(escaped.splitlines()) <= 1
    assert not re.search(r"<|(?<!\\)(?:\\\\)*[|`*\[\]#!@~$]", escaped)
    plain = re.sub(r"\\([\\`*_\[\]|~#!@$:.])", r"\1", escaped).replace("&lt;", "<").replace("&amp;", "&")
    assert printable(text).replace(" ", "") == plain.replace(" ", "")


#: Texts, and how they are read.
REFERENCES = [
    ("@someone", "@ someone"),
    ("ask @org/team-1, please", "ask @ org/team-1, please"),
    ("bob@evil.example", "bob@ evil.example"),
    ("mailto:bob@evil.example", "mailto:bob@ evil.example"),
    ("fixes #12", "fixes # 12"),
    ("owner/repo#12 and !7 and gh-26", "owner/repo# 12 and ! 7 and gh- 26"),
    ("https://evil.example/x", "https: //evil.example/x"),
    ("@目标 @_x", "@ 目标 @ _x"),
    ("# no issue, 3 @ 4, C#, well!", "# no issue, 3 @ 4, C#, well!"),
]


@pytest.mark.parametrize(("text", "read"), REFERENCES)
def test_markdown_mentions_nobody(text: str, read: str) -> None:
    """Even if a code host removes backslashes or decodes entities; the text stays readable."""
    shown = unescape(re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", escape_markdown(text)))
    assert read == shown
    assert not re.search(r"@\w|[#!]\d|gh-\d|\w://", shown, re.IGNORECASE)


#: Commands, and how Markdown shows them.
COMMANDS = [
    ("galtea-frames export sessions --id 'a b' --out x/y.parquet", "`{}`"),
    ('report --fail-if "failure_rate > 5%" --as-of 2026-03-30T08:00+02:00', "`{}`"),
    ("x --id a`b", "x --id a\\`b"),
    ("x --id @someone", "x --id \\@ someone"),
    ("x --id gh-12", "x --id gh- 12"),
    ("x --mirror s3://bucket/m", "x --mirror s3: //bucket/m"),
    ("x --id www.evil.example", "x --id www\\.evil.example"),
]


@pytest.mark.parametrize(("command", "shown"), COMMANDS)
def test_commands_are_code_that_can_be_copied(command: str, shown: str) -> None:
    """Unless a chat would find someone to mention in it, or it would end the code."""
    assert shown.format(command) == markdown_code(command)


#: Characters that cannot be seen, and yet make a name another one.
INVISIBLE = [
    *"\u00ad\u034f\u115f\u1160\u200b\u200d\u2060\u2800\u3164\uffa0\ufeff",
    "\U000e0041\U000e0042",
    "\U000e0101",
    "\x1b[2J",
]


@pytest.mark.usefixtures("undrawn_charts")
@pytest.mark.parametrize("hidden", INVISIBLE)
def test_what_cannot_be_seen_is_shown_or_dropped_by_one_rule(hidden: str) -> None:
    """In HTML, Markdown, repr and headline; versions that differ only in such characters stay apart."""
    names = {"version_aaaaaa": "agent", "version_bbbbbb": f"ag{hidden}ent", "version_cccccc": f"agent{hidden}"}
    world = [each for id_ in names for each in sessions(2, "2026-03-24", "FAILED", id_, error=f"to{hidden}o bad")]
    known = [each | {"name": names[each["id"]]} for each in versions(*names)]
    report = report_on(world, known, thresholds="failed > 1 per version", include_text=True)
    for text in (report.to_html(), report.to_markdown(), repr(report), report.findings.headline):
        assert not [each for each in hidden if not each.isascii() and each in text]
        assert "\x1b" not in text
    assert 3 == len({each.label for each in report.findings.versions})
    assert names["version_bbbbbb"] in {each.name for each in report.findings.versions}, "JSON has it as it was sent"


@pytest.mark.usefixtures("undrawn_charts")
def test_names_are_cut_with_the_whole_in_a_title() -> None:
    """A name of 3,000 characters is cut to thirty, and the title has all of it."""
    page = Page(report_on(sessions(1, "2026-03-24"), versions("v1", name="x" * 3_000)).to_html())
    titles = [attrs["title"] for attrs in page.all("bdi") if "title" in attrs]
    assert "x" * 3_000 in titles
    assert max(map(len, page.words)) < 20_000  # the style sheet
    assert "x" * 40 not in page.text


@pytest.mark.usefixtures("undrawn_charts")
def test_many_versions_have_room() -> None:
    """The page lists sixty and says how many more there are; JSON has all."""
    world = [each for number in range(75) for each in sessions(1 + number % 2, "2026-03-24", version=f"v{number:03}")]
    report = report_on(world, thresholds="n > 0 per version")
    page = Page(report.to_html())
    assert "15 more versions with 15 sessions in report.json." in page.text
    assert "15 more versions with 15 sessions in report.json." in report.to_markdown()
    assert 75 == len(report.to_dict()["versions"])
    assert 8 == len(report.findings.by_period.series)
    assert "Other" == report.findings.by_period.series[-1].label


@pytest.mark.usefixtures("undrawn_charts")
@pytest.mark.parametrize(("period", "words"), [("day", "daily"), ("week", "weekly"), ("month", "monthly")])
def test_the_page_says_how_often_the_report_is_made(period: str, words: str) -> None:
    """In words of their own, since "day" and "ly" do not make one."""
    assert f"{words} report" in Page(report_on(two_weeks(), period=period).to_html()).text


@pytest.mark.usefixtures("undrawn_charts")
def test_lists_of_changes_say_how_many_more_there_are() -> None:
    """Twenty new versions are listed."""
    world = [each for number in range(25) for each in sessions(1, "2026-03-24", version=f"v{number:03}")]
    report = report_on([*sessions(1, "2026-03-17"), *world])
    assert "and 5 more" in report.to_markdown()
    assert "and 5 more" in Page(report.to_html()).text


# -- charts --


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", CHARTS)
def test_each_chart_is_a_picture(name: str, look: Look) -> None:
    """A PNG in the look's colours, without a time or a program's name."""
    world = [*measured(), *sessions(2, "2026-03-26", "PENDING", "v5")]
    (chart,) = (each for each in charts(report_on(world, metrics="metadata.ms").findings) if each.name == name)
    with Image.open(io.BytesIO(chart.png(look))) as picture:
        assert {"dpi"} == set(picture.info)
        assert 900 < picture.width < 1000
        pixels = np.asarray(picture.convert("RGB"))
    assert look.ground == f"#{pixels[0, 0].tobytes().hex()}"
    colours = {f"#{each.tobytes().hex()}" for each in np.unique(pixels.reshape(-1, 3), axis=0)}
    assert {look.ground, look.text, look.grid, look.colours[0]} <= colours


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_pass_rates_are_drawn_with_those_of_the_previous_period(look: Look) -> None:
    """A chart for each place; few scores are grey, and what was not scored before has no ring."""
    now, before = sessions(40, "2026-03-24"), sessions(40, "2026-03-17")
    tested = sessions(4, "2026-03-24", testCaseId="c")
    records = [*evaluations([*now, *before, *tested], [0.9, 0.1]), *evaluations(now, [0.7], "m2", "new 目标")]
    report = report_on([*now, *before, *tested], scores=scores_frame(records))
    drawn = {each.name: each for each in charts(report.findings) if each.name.startswith("pass_rates")}
    assert ["pass_rates_in_production", "pass_rates_in_tests"] == list(drawn)
    assert (
        "Accuracy 50.0\u00a0%, 50.0\u00a0% of 40; new 目标 n/a, 100.0\u00a0% of 40."
        in drawn["pass_rates_in_production"].alt
    )
    for name, is_few in (("pass_rates_in_production", False), ("pass_rates_in_tests", True)):
        with Image.open(io.BytesIO(drawn[name].png(look))) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        colours = {f"#{each.tobytes().hex()}" for each in np.unique(pixels.reshape(-1, 3), axis=0)}
        assert is_few == (look.colours[0] not in colours)
        assert look.other in colours


@pytest.mark.usefixtures("undrawn_charts")
def test_charts_are_in_the_folder_and_in_the_page(tmp_path: Path) -> None:
    """The light ones are in the folder, both are in the page."""
    report_on(measured(), metrics="metadata.ms").write(tmp_path / "r")
    assert [f"{name}.png" for name in CHARTS] == sorted(each.name for each in (tmp_path / "r" / "charts").iterdir())
    assert 8 == (tmp_path / "r" / "report.html").read_text().count("data:image/png")


@pytest.mark.parametrize(
    "values",
    [
        [1.7e308, -1.7e308, 1.7e308],
        [5e-324, 1.7976931348623157e308],
        [-1.7e308] * 3,
        [5e-324, 0.0, -5e-324],
        [1e16, 1e16 + 2, 1.0],
    ],
)
def test_metrics_near_the_end_of_what_numbers_can_be_are_numbers(values: list[float], tmp_path: Path) -> None:
    """Interpolation does not overflow, JSON is valid, and the charts can be drawn."""
    world = [
        each | {"metadata": {"ms": value}}
        for each, value in zip(sessions(len(values), "2026-03-24"), values, strict=True)
    ]
    report = report_on(world, metrics="metadata.ms")
    now = report.findings.metrics[0].total.now
    levels = [now.median, now.p90, now.p95]
    assert all(min(values) <= each <= max(values) for each in levels if each is not None)
    report.write(tmp_path / "r")
    file = tmp_path / "r" / "report.json"
    assert report.to_dict() == json.loads(file.read_text(), parse_constant=pytest.fail)


def test_users_settings_of_matplotlib_change_nothing() -> None:
    """Nor do the charts change the settings."""
    expected = report_on(measured()).to_html()
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "lines.linewidth": 9}):
        assert expected == report_on(measured()).to_html()
        assert 30 == mpl.rcParams["font.size"]


# -- files --


@pytest.mark.usefixtures("undrawn_charts")
def test_a_report_is_written_whole(tmp_path: Path) -> None:
    """Page, Markdown, JSON, charts and rows; a second report replaces it."""
    report = report_on(measured(), metrics="metadata.ms")
    for _ in range(2):
        report.write(tmp_path / "deep" / "r")
        names = sorted(each.name for each in (tmp_path / "deep" / "r").iterdir())
        assert ["charts", "report.html", "report.json", "report.md", "report.txt", "rows.parquet"] == names
        assert ["r"] == [each.name for each in (tmp_path / "deep").iterdir()]
    folder = tmp_path / "deep" / "r"
    assert report.to_dict() == json.loads((folder / "report.json").read_text())
    assert report.to_html() == (folder / "report.html").read_text(encoding="utf-8")
    assert f"{report.to_text()}\n" == (folder / "report.txt").read_text(encoding="utf-8")
    assert report.rows.equals(gf.read_parquet(folder / "rows.parquet"))


@pytest.mark.usefixtures("undrawn_charts")
def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    """A report replaces a report, and nothing else."""
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(
        gf.ReportError, match=r"holds files that are not part of a report \(thesis\.tex, …\): name another folder"
    ):
        report_on(two_weeks()).write(tmp_path)
    assert ["thesis.tex"] == [each.name for each in tmp_path.iterdir()]


@pytest.mark.usefixtures("undrawn_charts")
def test_a_write_that_fails_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is unchanged."""
    report = report_on(two_weeks())
    report.write(tmp_path / "r")
    before = contents(tmp_path)

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("galtea_frames.report.report.close_folder", broken)
    with pytest.raises(gf.ParquetError, match="No space left"):
        report_on(two_weeks()[:9]).write(tmp_path / "r")
    assert before == contents(tmp_path)


SCRIPT = """
import sys, warnings
sys.path.insert(0, sys.argv[2])
import galtea_frames as gf
from page_frames import frame_of
from galtea_frames.api.resources import VERSIONS
from score_frames import evaluations, scores_frame
records = gf.sample.session_records(600)
sessions, versions = frame_of(records), frame_of(gf.sample.version_records(8), resource=VERSIONS)
scores = scores_frame(evaluations(records, [0.1, 0.7, 0.9, None]) + evaluations(records, [0.2, 0.4], "m2", "Tone"))
options = {"metrics": "metadata.score", "sums": "metadata.score", "by": ["stopping_reason", "status"]}
report = gf.build_report(sessions, versions, scores=scores, as_of="2026-03-30", timezone="Europe/Madrid", **options)
report.write(sys.argv[1])
"""


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file, in two processes with different hash seeds and folders."""
    digests = []
    for seed in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        folder = tmp_path / f"run {seed}"
        command = [sys.executable, "-c", SCRIPT, str(folder), str(Path(__file__).parents[1] / "support")]
        subprocess.run(command, check=True)  # noqa: S603 - our own code
        digests.append(contents(folder))
    assert 13 == len(digests[0])
    assert digests[0] == digests[1]


# -- notebooks and extras --


@pytest.mark.usefixtures("undrawn_charts")
def test_notebooks_show_the_page_in_a_frame_of_its_own() -> None:
    """A sandboxed frame keeps the styles apart."""
    report = report_on(two_weeks())
    shown_in_notebook = Page(report._repr_mimebundle_()["text/html"])
    assert ["iframe"] == [tag for tag, _ in shown_in_notebook.tags]
    (attrs,) = shown_in_notebook.all("iframe")
    shown = str(attrs["srcdoc"])
    assert re.sub(r'<nav class="contents".*?</nav>\n', "", report.to_html(), flags=re.DOTALL) == shown
    assert [] == Page(shown).all("a"), "in a frame, they would lead to the notebook"
    assert attrs["sandbox"] is None


@pytest.mark.usefixtures("undrawn_charts")
def test_links_work_in_notebooks() -> None:
    """The frame may open windows, and nothing else."""
    report = report_on(two_weeks(), version_url="https://example.com/{id}")
    (attrs,) = Page(report._repr_mimebundle_()["text/html"]).all("iframe")
    assert "allow-popups allow-popups-to-escape-sandbox" == attrs["sandbox"]


@pytest.mark.usefixtures("undrawn_charts")
def test_notebooks_that_show_no_frames_show_markdown() -> None:
    """Code hosts and untrusted notebooks remove the frame; Markdown and a line of text remain."""
    report = report_on(two_weeks())
    shown_in_notebook = report._repr_mimebundle_(include=None, exclude=None)
    assert report.to_markdown() == shown_in_notebook["text/markdown"]
    assert repr(report) == shown_in_notebook["text/plain"]


SHOWN: dict[str, Callable[[gf.Report, Path], object]] = {
    "to_html": lambda report, _: report.to_html(),
    "to_markdown": lambda report, _: report.to_markdown(),
    "write": lambda report, folder: report.write(folder / "r"),
}


@pytest.mark.parametrize(
    ("name", "library"),
    [("to_html", "jinja2"), ("to_html", "matplotlib"), ("to_markdown", "jinja2"), ("write", "matplotlib")],
)
def test_a_missing_extra_is_one_line(name: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install; findings and verdict work without it."""
    report = report_on(two_weeks())
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(gf.ReportError, match=rf"^a report needs {library}: pip install 'galtea-frames\[report\]'$"):
        SHOWN[name](report, tmp_path)
    assert "WARN" == report_on(two_weeks()).verdict
    assert [] == list(tmp_path.iterdir())


# -- words and drawings --


def test_numbers_are_written_for_people() -> None:
    """Thousands separators, three digits, a real minus sign, no sign for what rounds to zero."""
    assert ["1,276", "0.0167", "12.3", "5", "\u22120.5", "n/a"] == [
        number(each) for each in (1276.4, 0.016667, 12.34, 5, -0.5, None)
    ]
    assert ["+412", "\u22123", "0", "n/a"] == [signed_count(each) for each in (412, -3, 0, None)]
    assert ["+2.1", "\u22120.1", "0.0", "n/a"] == [points(each) for each in (0.0212, -0.0011, -0.0001, None)]
    assert ["+9.4\u00a0%", "n/a"] == [signed_percent(each) for each in (0.094, None)]
    assert ["1 session", "2 sessions", "0 boxes"] == [
        plural(1, "session"),
        plural(2, "session"),
        plural(0, "box", "boxes"),
    ]


def test_lines_have_gaps_where_values_are_missing() -> None:
    """Zero is at the bottom, the highest value at the top, and nothing leaves the picture."""
    assert ["3.0,21.0 34.3,12.0", "97.0,3.0"] == lines([0.0, 0.5, None, 7.0], 1.0)
    assert [] == lines([None, None], 1.0)
    assert ["3.0,21.0"] == lines([0.0], 0.0)
    assert ["3.0", "50.0", "97.0"] == [across(value, 2.0) for value in (0.0, 1.0, 5.0)]


@pytest.mark.usefixtures("undrawn_charts")
def test_how_to_get_the_same_report_holds_no_secret(tmp_path: Path) -> None:
    """No file has the key, or the passwords and signatures of URLs."""
    command = (
        "galtea-frames report --mirror abfs://box@account/m?sv=1&sig=c2VjcmV0 --last-report https://me:pa55@host/r.json"
    )
    attrs = {"filters": {"custom_ids": ["gsk_q7Zx2mB9vK4tLw8RnY5pHd3c"]}}
    report_on(two_weeks(), attrs=attrs, command=command).write(tmp_path / "r")
    for file in (each for each in (tmp_path / "r").rglob("*") if each.is_file()):
        content = file.read_bytes()
        assert not [each for each in (b"c2VjcmV0", b"pa55", b"q7Zx2mB9vK4tLw8RnY5pHd3c") if each in content]
    assert "abfs://box@account/m?" in (tmp_path / "r" / "report.json").read_text()


def test_the_default_command_is_the_call() -> None:
    """The call builds the same report."""
    frames = framed(two_weeks())
    report = gf.build_report(*frames, as_of="2026-03-30", thresholds={"warn_if": "n > 3"})
    again = eval(report.findings.reproduction.command, {"gf": gf, "sessions": frames[0], "versions": frames[1]})  # noqa: S307 - what it tells users to type
    assert report.to_dict() == again.to_dict()
