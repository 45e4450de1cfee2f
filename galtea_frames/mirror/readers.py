"""The readers of a mirror: stored rows as the loaders' frames, by what their columns can answer.

Written by `python -m tools.write_loaders`; what is changed here by hand is lost.
"""

# Annotations are values here, not text: it is these that `help()` prints.
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pandas as pd

from galtea_frames.api.arguments import Sort, names_checked
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.mirror.location import Location
from galtea_frames.mirror.reading import read, read_joined


class Readers:
    """What `Mirror` reads, list by list."""

    _location: Location

    @names_checked("a mirror of sessions")
    def load_sessions(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        custom_ids: str | Iterable[str] | None = None,
        version_ids: str | Iterable[str] | None = None,
        test_case_ids: str | Iterable[str] | None = None,
        statuses: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Return the stored sessions: one row a session, by `created_at`, then `id`.

        Columns, dtypes and warnings are those of `galtea_frames.load_sessions`. `frame.attrs["galtea_frames"]` says
        when the last sync began (`fetched_at`) and which version of the table this is (`mirror`). Files that hold no
        row that the filters select are not read.

        Args:
            ids: these rows; one that is not stored raises MirrorError.
            custom_ids: these ids of your own.
            version_ids: sessions of these versions.
            test_case_ids: sessions of these test cases.
            statuses: sessions with these statuses.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a pair ("created_at", "desc") or a list; then, and by default, `created_at` and `id`.
            limit: how many rows in all; every row by default.
            offset: how many rows of the sorted result to leave out first.
            include_removed: also rows that the API serves no longer, told by `removed_at`: when a sync found that out.
            as_of: read the mirror as it was at a time, or at a version of the table.
            allow_incomplete: read what is there, though the first sync has not come to its end.
            nested: "columns" (typed, as `metadata.user.tier`), "json" (JSON text, exactly as sent) or "both".
            parse_dates: text columns to read as times.
            dtype_backend: "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown, or cannot be used.
            MirrorError: there is no mirror, it is not complete, was not there yet, or cannot be read.
        """
        return read(self._location, SESSIONS, locals())

    @names_checked("a mirror of versions")
    def load_versions(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        product_ids: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Return the stored versions: one row a version, by `created_at`, then `id`.

        Columns, dtypes and warnings are those of `galtea_frames.load_versions`. `frame.attrs["galtea_frames"]` says
        when the last sync began (`fetched_at`) and which version of the table this is (`mirror`). Files that hold no
        row that the filters select are not read.

        Args:
            ids: these rows; one that is not stored raises MirrorError.
            product_ids: versions of these products.
            names: versions with exactly these names.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a pair ("created_at", "desc") or a list; then, and by default, `created_at` and `id`.
            limit: how many rows in all; every row by default.
            offset: how many rows of the sorted result to leave out first.
            include_removed: also rows that the API serves no longer, told by `removed_at`: when a sync found that out.
            as_of: read the mirror as it was at a time, or at a version of the table.
            allow_incomplete: read what is there, though the first sync has not come to its end.
            nested: "columns" (typed, as `metadata.user.tier`), "json" (JSON text, exactly as sent) or "both".
            parse_dates: text columns to read as times.
            dtype_backend: "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown, or cannot be used.
            MirrorError: there is no mirror, it is not complete, was not there yet, or cannot be read.
        """
        return read(self._location, VERSIONS, locals())

    @names_checked("a mirror of sessions")
    def join(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        custom_ids: str | Iterable[str] | None = None,
        version_ids: str | Iterable[str] | None = None,
        test_case_ids: str | Iterable[str] | None = None,
        statuses: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Return the stored sessions, each beside its version: one row a session.

        Columns are those of `galtea_frames.load_sessions_with_versions`. A version number as `as_of` is one of the
        table of sessions; versions are read as they were when that was committed.

        Args:
            ids: these rows; one that is not stored raises MirrorError.
            custom_ids: these ids of your own.
            version_ids: sessions of these versions.
            test_case_ids: sessions of these test cases.
            statuses: sessions with these statuses.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a pair ("created_at", "desc") or a list; then, and by default, `created_at` and `id`.
            limit: how many rows in all; every row by default.
            offset: how many rows of the sorted result to leave out first.
            include_removed: also rows that the API serves no longer, told by `removed_at`: when a sync found that out.
            as_of: read the mirror as it was at a time, or at a version of the table.
            allow_incomplete: read what is there, though the first sync has not come to its end.
            nested: "columns" (typed, as `metadata.user.tier`), "json" (JSON text, exactly as sent) or "both".
            parse_dates: text columns to read as times.
            dtype_backend: "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown, or cannot be used.
            MirrorError: there is no mirror, it is not complete, was not there yet, or cannot be read.
        """
        return read_joined(self._location, locals())
