"""The report: a day, week or month compared with the previous one.

In: frames of sessions and versions, and terms. Out: HTML, Markdown, JSON, charts. Begin with `report`, which users
call; `terms` checks the arguments, `analysis` computes the `findings`, plain values, which `pages` renders.
"""
