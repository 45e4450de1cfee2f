"""What is checked of a page in a browser, and texts that a page must show as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from browser import Browser


def payloads(url: str) -> list[str]:
    """Return texts that would run a script or make a request if not escaped, and some long ones."""
    script = f"window.hacked=1;fetch('{url}/script')"
    return [
        f"<script>{script}</script>",
        f"</title></style></script><script>{script}</script>",
        f'"><img src="{url}/image" onerror="{script}">',
        f'\'><svg/onload="{script}">',
        f"--><iframe src='{url}/frame'></iframe><link rel=stylesheet href={url}/style>",
        f"}}</style><style>@import '{url}/import'; body {{ background: url({url}/background); width: 4000px }}</style>",
        f"<meta http-equiv=refresh content='0;url={url}/refresh'><base href='{url}/'>",
        f'<form action={url}/form><button autofocus onfocus="{script}">x</button></form><video src={url}/video>',
        f"javascript:{script}//",
        "{{ cycler.__init__.__globals__.os.popen('id') }}",
        "W" * 500,
        "\u202e\u0645\u0631\u062d\u0628\u0627 " + "\u00a0" * 300,
    ]


def overflowing(chromium: Browser) -> list[str]:
    """Return the elements that overflow the page or their own box."""
    found: list[str] = chromium.evaluate(
        """(() => {
            const root = document.documentElement, wide = [];
            if (root.scrollWidth > root.clientWidth) wide.push(`page: ${root.scrollWidth} of ${root.clientWidth}`);
            for (const each of document.body.querySelectorAll('*:not(.hidden, thead, thead *, svg *)')) {
                const box = each.getBoundingClientRect();
                if (box.right > root.clientWidth + 1 || box.left < -1) wide.push(`${each.tagName}.${each.className}`);
                else if (each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline'
                         && each.clientWidth) wide.push(`inside ${each.tagName}.${each.className}`);
            }
            return wide;
        })()"""
    )
    return found


def faint_texts(chromium: Browser) -> list[str]:
    """Return the elements whose text has a contrast below 4.5 to 1, which WCAG 2.2 requires."""
    found: list[str] = chromium.evaluate(
        """(() => {
            const light = colour => {
                const [r, g, b] = colour.match(/[\\d.]+/g).map(part => part / 255)
                    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ground = each => {
                const own = getComputedStyle(each).backgroundColor;
                return own.startsWith('rgba(0, 0, 0, 0') ? ground(each.parentElement) : own;
            };
            const faint = new Set();
            const texts = 'a, li, p, td, th, dt, dd, h1, h2, h3, code, pre, span, caption, b';
            for (const each of document.querySelectorAll(texts)) {
                if (!each.innerText?.trim() || each.closest('.hidden')) continue;
                const pair = [light(getComputedStyle(each).color), light(ground(each))].sort((a, b) => b - a);
                if ((pair[0] + 0.05) / (pair[1] + 0.05) < 4.5) faint.add(`${each.tagName}.${each.className}`);
            }
            return [...faint];
        })()"""
    )
    return found
