"""Files: frames to Parquet and back, and to CSV, JSON lines and Excel.

In: a frame and a path. Out: a file or a partitioned dataset, complete or absent. Begin with `parquet`; `targets` writes
beside the old file and renames, `partitions` names folders, `dtypes` restores dtypes that Parquet does not have;
`exports` writes the other formats.
"""
