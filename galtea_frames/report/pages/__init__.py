"""Pages: findings to HTML, Markdown and pictures. Nothing is computed here but where things stand.

In: findings. Out: text and PNG. Begin with `rendering`, which fills the templates beside it; `charts` draws with
matplotlib, `sparklines` are the small drawings within tables.
"""
