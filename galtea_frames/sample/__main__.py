"""Write sample pages to files: ``python -m galtea_frames.sample data``."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from galtea_frames.sample.lists import Lists
from galtea_frames.sample.queries import Selection
from galtea_frames.sample.records import session_records, version_records
from galtea_frames.sample.store import Store, encode_page

SESSIONS_IN_FILES = 300
VERSIONS_IN_FILES = 8
ROWS_A_PAGE = 100


def sample_files() -> dict[str, bytes]:
    """The files by name: bodies of the API's answers, oldest rows first; of some lists only the newest rows."""
    versions = version_records(VERSIONS_IN_FILES)
    lists = Lists({"sessions": session_records(SESSIONS_IN_FILES, versions), "versions": versions})
    pages = [*_pages(lists["sessions"]), *_pages(lists["versions"])]
    for name in ("evaluations", "inference_results", "test_cases", "metrics"):
        pages += _pages(lists[name], max(0, len(lists[name]) - ROWS_A_PAGE))
    return dict(pages)


def _pages(store: Store, start: int = 0) -> Iterator[tuple[str, bytes]]:
    for number, offset in enumerate(range(start, len(store), ROWS_A_PAGE), start=1):
        rows = store.select(Selection(offset=offset), ROWS_A_PAGE)
        yield f"{store.resource.name}_page_{number}.json", encode_page(rows)


def main(arguments: list[str] | None = None) -> None:
    """Write the files into the directory named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m galtea_frames.sample", description=__doc__)
    parser.add_argument("directory", type=Path, help="where to write the pages")
    directory: Path = parser.parse_args(arguments).directory
    directory.mkdir(parents=True, exist_ok=True)
    for name, body in sample_files().items():
        (directory / name).write_bytes(body)


if __name__ == "__main__":
    main()
