"""Files: frames to Parquet and back.

In: a frame and a path. Out: a file or a dataset of folders, whole or not there at all. Begin with `parquet`; `targets`
writes beside the old file and renames, `partitions` names folders, `dtypes` restores what Parquet does not know.
"""
