"""Findings as an email: a short text, a short page with two charts, and the whole report attached."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING, Any

from galtea_frames.errors import QueryError
from galtea_frames.pages.pictures import LIGHT
from galtea_frames.pages.rendering import unlinked
from galtea_frames.printable import printable_line, quoted
from galtea_frames.report.pages.rendering import email_body
from galtea_frames.report.pages.text import text, title

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.headerregistry import Address

    from galtea_frames.pages.pictures import Chart
    from galtea_frames.pages.rendering import Pictures
    from galtea_frames.report.findings import Findings

#: The charts that an email shows, if the report has them.
_SHOWN = ("sessions_by_day", "failure_rate_by_version")

#: The file that is attached.
_ATTACHED = "report.html"

#: The longest subject, in characters.
_LONGEST = 500

#: The host in the ids of an email without a sender; RFC 2606 reserves names that end so.
_NOWHERE = "galtea-frames.invalid"


def email(
    findings: Findings, page: str, pictures: Pictures, *, sender: object, to: object, subject: object
) -> EmailMessage:
    """Return the report as an email; the same arguments give the same bytes.

    Args:
        findings: the content.
        page: the whole report as HTML.
        pictures: each chart's PNG for light and for dark pages.
        sender: an address; None leaves the header out.
        to: one or more addresses; without any, the header is left out.
        subject: the subject; None for the verdict and the period.

    Raises:
        QueryError: an address or the subject is invalid.
    """
    headers = {"Subject": _subject(unlinked(title(findings)) if subject is None else subject), **addresses(sender, to)}
    seal = hashlib.sha256("\0".join([*headers.values(), page]).encode(errors="replace")).hexdigest()[:32]
    host = SMTP.header_factory("From", headers["From"]).addresses[0].domain if "From" in headers else _NOWHERE
    message = EmailMessage(SMTP)
    for name, value in headers.items():
        # Encoded here: some releases of Python double spaces between words that they encode and others.
        message.set_raw(name, value)
    message["Date"] = format_datetime(datetime.fromisoformat(findings.scope.as_of))
    message["Message-ID"] = f"<{seal}@{host}>"
    message.set_content(f"{text(findings)}\n\nThe whole report is attached: {_ATTACHED}\n", cte="quoted-printable")
    _add_page(message, findings, {chart: light for chart, (light, _) in pictures.items() if chart.name in _SHOWN}, seal)
    message.add_attachment(page.encode(), "text", "html", filename=_ATTACHED, params={"charset": "utf-8"})
    for number, part in enumerate(each for each in message.walk() if each.is_multipart()):
        part.set_boundary(f"=_{seal}_{number}")  # else it is random
    return message


def _add_page(message: EmailMessage, findings: Findings, pictures: Mapping[Chart, bytes], seal: str) -> None:
    """Add the short page, and the charts that it shows."""
    # Short, since some readers of email do not find a picture whose id is on a second line.
    ids = {chart: f"{chart.name}.{seal[:12]}@{_NOWHERE}" for chart in pictures}
    body = email_body(findings, {chart: f"cid:{id_}" for chart, id_ in ids.items()}, LIGHT)
    message.add_alternative(body, subtype="html", cte="quoted-printable")
    related: Any = list(message.iter_parts())[1]
    for chart, picture in pictures.items():
        file = f"{chart.name}.png"
        related.add_related(picture, "image", "png", cid=f"<{ids[chart]}>", filename=file, disposition="inline")


def addresses(sender: object, to: object) -> dict[str, str]:
    """Return the headers of an email's sender, unless it is None, and of its recipients, if there are any.

    Raises:
        QueryError: an address is invalid.
    """
    several = to if isinstance(to, Sequence) and not isinstance(to, str | bytes) else [to]
    headers = {} if sender is None else {"From": _address("sender", sender)}
    return headers | ({"To": ",\r\n ".join(_address("to", each) for each in several)} if several else {})


def _subject(given: object) -> str:
    if not isinstance(given, str) or not given.strip() or printable_line(given) != given or len(given) > _LONGEST:
        raise QueryError(f"subject must be one line of at most {_LONGEST} characters, not {quoted(given)}")
    return Header(given, None if given.isascii() else "utf-8", header_name="Subject").encode(linesep="\r\n")


def _address(name: str, given: object) -> str:
    """Check one address: a header that holds more, or a line end, would send the report elsewhere."""
    if isinstance(given, str) and given.strip() and printable_line(given) == given:
        with suppress(IndexError):  # of Python 3.11's parser, for `ada@`
            header: Any = SMTP.header_factory("To", given)
            groups = [each for each in header.groups if each.display_name is None]
            found = [address for each in groups for address in each.addresses]
            if len(found) == len(header.groups) == 1 and not header.defects and _is_whole(found[0]):
                return formataddr((found[0].display_name, found[0].addr_spec))
    raise QueryError(f"{name} must be an email address such as 'Ada <ada@example.com>', not {quoted(given)}")


def _is_whole(address: Address) -> bool:
    """Tell whether an address has all its parts, in ASCII, which every server takes; names may have any letters."""
    return bool(address.username and address.domain) and address.addr_spec.isascii()
