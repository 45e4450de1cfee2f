"""Analysis: frames to findings, one module for each part of a report.

In: sessions, versions and terms. Out: findings, which are plain values. Begin with `analyse`, which calls the others;
`sessions` makes arrays of numbers of a frame, `verdict` holds them against the thresholds.
"""
