"""Options for files; a module without heavy imports, because the command line's help shows them."""

from __future__ import annotations

#: The default for the most folders of a dataset: each one slows engines down.
MAX_PARTITIONS = 1_000


#: The Parquet codecs that every engine reads.
CODECS = ("zstd", "snappy", "gzip", "lz4", "brotli", "none")
