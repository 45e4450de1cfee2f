"""A report as an email and as plain text: parts, sizes, headers, determinism, and text that does nothing."""

from __future__ import annotations

import email
import email.policy
import re
import smtplib
import sys
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from folder_contents import contents
from hypothesis import given, settings
from hypothesis import strategies as st
from report_frames import framed, report_on, sessions, two_weeks
from score_frames import report_with_scores, scores_frame
from undrawn import PIXEL

import galtea_frames as gf
from galtea_frames.pages.rendering import unlinked

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from galtea_frames.pages.pictures import Chart

pytestmark = pytest.mark.usefixtures("undrawn_charts")

ADA, BOB = "Ada <ada@example.com>", "bob@example.com"

#: The most of a page that readers of email show, in bytes.
CLIPPED = 100_000


def parsed(message: EmailMessage) -> EmailMessage:
    """Return an email as its receiver gets it."""
    found = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert [] == [defect for part in found.walk() for defect in part.defects]
    return found


def body(message: EmailMessage, kind: str) -> str:
    """Return the text or the page of an email."""
    part = message.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text


# -- parts --


def test_an_email_has_a_text_a_page_with_charts_and_the_report() -> None:
    """Each part is read by its kind; the charts that the page names are those in the email."""
    report = report_on(two_weeks())
    found = parsed(report.to_email(sender=ADA, to=[BOB, "Cy <cy@example.com>"]))
    kinds = [part.get_content_type() for part in found.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/png",
        "text/html",
    ]
    assert f"{report.to_text()}\n\nThe whole report is attached: report.html\n" == body(found, "plain").replace(
        "\r", ""
    )
    page = body(found, "html")
    (attached,) = found.iter_attachments()
    assert ("report.html", report.to_html()) == (attached.get_filename(), attached.get_content())
    charts = [part for part in found.walk() if part.get_content_type() == "image/png"]
    ids = re.findall(r"^Content-ID: <(.*)>\r$", found.as_string(policy=email.policy.SMTP), re.MULTILINE)
    assert [f"cid:{each}" for each in ids] == re.findall(r'src="([^"]*)"', page)
    assert ["sessions_by_day.png", "failure_rate_by_version.png"] == [part.get_filename() for part in charts]
    assert {("inline", PIXEL)} == {(part.get_content_disposition(), part.get_content()) for part in charts}


def test_the_headers_are_what_was_asked_for() -> None:
    """The subject is the verdict and the period; the date is the report's."""
    found = parsed(report_on(two_weeks(), timezone="Europe/Madrid").to_email(sender=ADA, to=BOB))
    assert "WARN: Galtea sessions, Week 13, 23 to 29 March 2026" == found["Subject"]
    assert (ADA, BOB) == (found["From"], found["To"])
    assert "Mon, 30 Mar 2026 08:00:00 +0200" == found["Date"]
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", found["Message-ID"])


def test_a_draft_has_no_addresses() -> None:
    """Whoever sends it fills them in; the name of its host is reserved."""
    found = parsed(report_on(two_weeks()).to_email())
    assert (None, None) == (found["From"], found["To"])
    assert found["Message-ID"].endswith("@galtea-frames.invalid>")


def test_names_and_subjects_may_have_any_letters() -> None:
    """They are encoded, and come out as they went in, however long they are."""
    subject = "Bericht über 目标: " + "ärger " * 60
    found = parsed(
        report_on(two_weeks()).to_email(
            sender="Žofie <z@example.com>", to="目标 <b@example.com>", subject=subject.strip()
        )
    )
    assert subject.strip() == found["Subject"]
    assert ("Žofie", "z@example.com") == (found["From"].addresses[0].display_name, found["From"].addresses[0].addr_spec)
    assert "目标" == found["To"].addresses[0].display_name
    assert found.as_bytes().isascii()


def test_the_selection_is_in_the_subject() -> None:
    """Else a report on some sessions would look like one on all."""
    found = parsed(report_on(two_weeks(), selection="canal de voz, España").to_email())
    assert "WARN: Galtea sessions, Week 13, 23 to 29 March 2026, canal de voz, España" == found["Subject"]


WRONG: list[Any] = [
    "ada@example.com\nBcc: eve@example.com",
    "Ada\r\nBcc: eve@example.com <ada@example.com>",
    "ada@example.com\x0b",
    "ada@example.com\u2028Bcc: eve@example.com",
    "ada@example.com, eve@example.com",
    "ada@example.com eve@example.com",
    "Ada",
    "ada@",
    "@example.com",
    "<>",
    "",
    " ",
    "ada@exämple.com",
    "group: ada@example.com;",
    "\ud800 <ada@example.com>",
    b"ada@example.com",
    7,
    ["ada@example.com", None],
]


@pytest.mark.parametrize("given", WRONG)
def test_addresses_that_are_none_are_refused(given: Any) -> None:  # noqa: ANN401 - any value
    """Nobody gets a report who was not named, and no header is added."""
    report = report_on(two_weeks())
    with pytest.raises(gf.QueryError, match=r"^to must be an email address such as 'Ada <ada@example\.com>', not "):
        report.to_email(to=given)
    with pytest.raises(gf.QueryError, match=r"^sender must be an email address such as "):
        report.to_email(sender=given)


@pytest.mark.parametrize("subject", ["a\nb", "a\r\nBcc: eve@example.com", "", " ", "a\x00", "x" * 501, 7])
def test_subjects_are_one_line(subject: Any) -> None:  # noqa: ANN401 - any value
    """A line end would begin a header."""
    with pytest.raises(gf.QueryError, match="subject must be one line of at most 500 characters"):
        report_on(two_weeks()).to_email(subject=subject)


def test_the_same_report_gives_the_same_bytes() -> None:
    """No random boundary, no clock; other recipients give another id."""
    first, second = (report_on(two_weeks()).to_email(sender=ADA, to=BOB) for _ in range(2))
    assert first.as_bytes() == second.as_bytes()
    assert first["Message-ID"] != report_on(two_weeks()).to_email(sender=ADA, to=ADA)["Message-ID"]
    assert first["Message-ID"] != report_on(two_weeks()[1:]).to_email(sender=ADA, to=BOB)["Message-ID"]


class Outbox(smtplib.SMTP):
    """Keeps what it is to send."""

    def ehlo_or_helo_if_needed(self) -> None:
        """Greet nobody."""

    def sendmail(self, from_addr: str, to_addrs: Any, msg: Any, *_: Any, **__: Any) -> dict[str, Any]:  # noqa: ANN401
        """Keep an email."""
        self.sent = (from_addr, to_addrs, msg)
        return {}


def test_an_email_can_be_sent() -> None:
    """`smtplib` takes it as it is, with the recipients of its headers."""
    message, outbox = report_on(two_weeks()).to_email(sender=ADA, to=[ADA, BOB]), Outbox()
    outbox.send_message(message)
    assert ("ada@example.com", ["ada@example.com", "bob@example.com"], message.as_bytes()) == outbox.sent
    assert max(map(len, message.as_bytes().split(b"\r\n"))) <= 998


# -- the page --


def test_the_page_has_its_styles_inline_and_asks_for_nothing() -> None:
    """No style sheet, script, link or address but those of the charts; less than readers clip."""
    page = body(report_on(two_weeks()).to_email(), "html")
    assert not re.search(r"<(style|script|link|base|form|iframe|a)\b|class=|url\(|https?:|href=", page)
    assert len(page.encode()) < 20_000
    for words in ("Week 13, 23 to 29 March 2026", "WARN", "name of v2", "30.0\u00a0%", "What to look at next"):
        assert words in unescape(page)


def hostile(text: str) -> gf.Report:
    """Return a report on many versions with a text in each field that an email shows."""
    world = []
    for number in range(9):
        world += sessions(40, "2026-03-17", version=f"v{number}{text}")
        world += sessions(40, "2026-03-24", "FAILED", f"v{number}{text}", error=f"{text} {number}")
    names = [
        {"id": f"v{number}{text}", "name": f"{number} {text}", "productId": text, "createdAt": "2026-03-23T00:00:00Z"}
        for number in range(9)
    ]
    attrs = {"filters": {text: text}}
    return report_on(world, names, attrs, thresholds="failed > 3 per version", command=text)


def tags(page: str) -> list[str]:
    """Return the names of a page's tags, without commands, which are left out if they have something to link."""
    return re.findall(r"<([\w!/]+)", re.sub(r'<p style="margin:4px 0 0.*?</p>', "", page))


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x.png>',
    "</td></table></body>",
    "@channel <!here> <@U123> <#C123> <https://evil.example|click>",
    "https://evil.example www.evil.example mailto:eve@evil.example #12",
    "\u202e\x00\u2028\r\nBcc: eve@evil.example",
    "cid:other",
    "x" * 3_000,
    "W" * 90 + " " + "目" * 2_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_the_data_does_nothing_in_an_email(text: str) -> None:
    """No tag, header, address or picture of its own; the page stays small enough to be shown whole."""
    report = hostile(text)
    message = parsed(report.to_email(sender=ADA, to=BOB))
    harmless = body(parsed(hostile("harmless").to_email()), "html")
    page = body(message, "html")
    assert tags(harmless) == tags(page)
    assert 2 == page.count("cid:") - page.count("cid:other")
    for part in (page, body(message, "plain")):
        assert not re.search(r"\w://|www\.\w|[\x00\u202e]", part)
    (shown,) = (each for each in message.walk() if each.get_content_type() == "text/html" and not each.get_filename())
    assert len(shown.as_bytes()) < CLIPPED
    assert ["Subject", "From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type"] == message.keys()


# -- text --


def test_the_text_is_about_ten_lines() -> None:
    """Verdict, reason, totals, versions, what to look at next, and how complete it is."""
    text = report_on(two_weeks()).to_text().replace("\u00a0", " ")
    first, reason, totals, *versions_, last = text.splitlines()
    assert "WARN: Galtea sessions, Week 13, 23 to 29 March 2026" == first
    assert reason.endswith("13.8 points above the week before.")
    assert "128 sessions (+3, +2.4 %); failure rate 20.2 %, +13.8 points; in production 67.2 %, +12.8 points" == totals
    assert "- name of v2: 30.0 % of 60 failed (19.9 % to 42.5 %), +25.0 points" == versions_[0]
    assert "- name of v3: 50.0 % of 2 failed (9.5 % to 90.5 %), few" == versions_[2]
    assert ["- and 1 more", "Next: name of v2"] == [versions_[3], versions_[4].partition(":  ")[0][:16]]
    assert "128 sessions, all fetched, as of 2026-03-30T08:00:00+00:00 (UTC)" == last
    assert 10 == len(text.splitlines())


def test_the_text_has_the_pass_rates_of_three_metrics() -> None:
    """In production and in tests; those that fell come first."""
    lines = report_with_scores().to_text().replace("\u00a0", " ").splitlines()
    assert "Scores in production: Accuracy 100.0 % of 40 pass (91.2 % to 100.0 %), unchanged" in lines
    (tests,) = (line for line in lines if line.startswith("Scores in tests: "))
    assert tests.startswith(
        "Scores in tests: Tone 50.0 % of 40 pass (35.2 % to 64.8 %), \u221250.0 points; metric 3 100.0 %"
    )
    assert tests.endswith("; 1 more")
    few = report_with_scores(few=True).to_text().replace("\u00a0", " ")
    assert "Tone 50.0 % of 20 pass (29.9 % to 70.1 %), \u221250.0 points, few" in few


def test_scores_that_are_not_there_have_no_line() -> None:
    """The page says that no session has one."""
    report = gf.build_report(*framed(sessions(3, "2026-03-24")), scores=scores_frame([]), as_of="2026-03-30")
    assert "Scores" not in report.to_text() + body(report.to_email(), "html")


def test_an_email_shows_scores() -> None:
    """The table has the place, the interval and the fall; without scores there is none."""
    page = unescape(body(report_with_scores().to_email(), "html"))
    for words in ("Scores</h2>", "Tone", "in tests", "35.2\u00a0% to 64.8\u00a0%", "▼ \u221250.0\u00a0pp"):
        assert words in page
    assert "Scores</h2>" not in body(report_on(two_weeks()).to_email(), "html")


def test_the_text_of_a_report_without_numbers() -> None:
    """A failed load, sessions that have not ended, no period before: nothing is made up."""
    failed = report_on([], attrs={"complete": False, "problem": "no access"}).to_text().splitlines()
    assert "INCOMPLETE: Galtea sessions, Week 13, 23 to 29 March 2026" == failed[0]
    assert "no access" in failed[1]
    assert failed[2].startswith("Next: Make the report again")
    late = {"filters": {"from_created_at": "2026-03-23T00:00:00+00:00"}}
    pending = report_on(sessions(2, "2026-03-24", "PENDING"), attrs=late).to_text()
    assert (
        "2 sessions; failure rate n/a; in production 100.0\u00a0%\n- name of v1: 2 sessions, none ended yet\n"
        in pending
    )


def test_text_needs_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """An email does."""
    report = report_on(two_weeks())
    for library in ("jinja2", "matplotlib"):
        monkeypatch.setitem(sys.modules, library, None)
    assert report.to_text()
    with pytest.raises(gf.ReportError, match="a report needs jinja2"):
        report.to_email()


@pytest.mark.parametrize("text", HOSTILE)
def test_the_text_mentions_nobody(text: str) -> None:
    """Lines keep their number and a length that a chat shows."""
    found = hostile(text).to_text()
    assert len(hostile("harmless").to_text().splitlines()) == len(found.splitlines())
    assert max(map(len, found.splitlines())) <= 400
    assert not re.search(r"@\w|<[\w@!#/]|\w://|www\.\w", found)


SHOWN = [
    ("HTTP <n> from <id>", "HTTP \u2039n\u203a from \u2039id\u203a"),
    ("<!here> <@U1|ada>", "\u2039!here\u203a \u2039@ U1|ada\u203a"),
    ("<https://example.com|click here>", "< https: //example.com|click here>"),
    ("failure_rate <5% and n >= 30", "failure_rate < 5% and n >= 30"),
    ("failure_rate <= 5 and n > 3", "failure_rate <= 5 and n > 3"),
    ("see www.example.com", "see www. example.com"),
    ("a < b", "a < b"),
]


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_what_chats_take_for_mentions_stays_readable(text: str, shown: str) -> None:
    """Brackets and spaces are all that changes."""
    assert shown == unlinked(text)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("<>@!#/:w.W a1g-h目\n") | st.characters()))
def test_nothing_is_linked_whatever_the_text(text: str) -> None:
    """On one line."""
    found = unlinked(text)
    assert not re.search(r"@\w|#\d|<[\w@!#/]|\w://|\bwww\.\w|[\r\n]", found, re.IGNORECASE)


# -- files --


def test_an_email_is_part_of_a_report(tmp_path: Path) -> None:
    """It is written with the report and replaced with it; a file that changed since is not."""
    report = report_on(two_weeks())
    message = report.to_email(sender=ADA, to=BOB)
    for _ in range(2):
        report.write(tmp_path / "r", email=message)
        assert message.as_bytes() == (tmp_path / "r" / "report.eml").read_bytes()
    report.write(tmp_path / "r")
    assert not (tmp_path / "r" / "report.eml").exists()
    report.write(tmp_path / "r", email=message)
    (tmp_path / "r" / "report.eml").write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(gf.ReportError, match=r"holds files that are not part of a report \(report\.eml, …\)"):
        report.write(tmp_path / "r")
    assert before == contents(tmp_path)


def test_charts_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often a report is shown, written and sent."""
    drawn: list[str] = []

    def png(chart: Chart, _: object) -> bytes:
        drawn.append(chart.name)
        return PIXEL

    monkeypatch.setattr("galtea_frames.pages.pictures.Chart.png", png)
    report = report_on(two_weeks())
    for _ in range(2):
        report.to_html()
        report.to_email()
    assert {2} == {drawn.count(name) for name in drawn}
