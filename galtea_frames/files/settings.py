"""What a caller may choose of files: light, for the command line names it in its help."""

from __future__ import annotations

#: How many folders a dataset may have, unless the caller says otherwise: engines slow down with each.
MAX_PARTITIONS = 1_000


#: The codecs of Parquet that every engine reads.
CODECS = ("zstd", "snappy", "gzip", "lz4", "brotli", "none")
