"""Write sample pages to files: ``python -m galtea_frames.sample data``."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from galtea_frames.sample.queries import Selection
from galtea_frames.sample.records import session_records, version_records
from galtea_frames.sample.resources import SESSIONS, VERSIONS
from galtea_frames.sample.store import Store, encode_page

SESSIONS_IN_FILES = 300
VERSIONS_IN_FILES = 8
ROWS_A_PAGE = 100


def sample_files() -> dict[str, bytes]:
    """The files by name: bodies of the API's answers, oldest rows first."""
    versions = version_records(VERSIONS_IN_FILES)
    sessions = session_records(SESSIONS_IN_FILES, versions)
    pages = (*_pages(Store(SESSIONS, sessions)), *_pages(Store(VERSIONS, versions)))
    return dict(pages)


def _pages(store: Store) -> Iterator[tuple[str, bytes]]:
    for number, offset in enumerate(range(0, len(store), ROWS_A_PAGE), start=1):
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
