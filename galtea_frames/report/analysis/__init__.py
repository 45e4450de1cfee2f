"""Analysis: frames to findings, one module per part of a report.

In: sessions, versions and terms. Out: findings, which are plain values. Begin with `analyse`, which calls the others;
`sessions` turns a frame into arrays and counts them, `verdict` judges the numbers by the thresholds.
"""
