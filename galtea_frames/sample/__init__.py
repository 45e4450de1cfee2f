"""Deterministic sample rows, and a local stand-in for the API that serves them.

In: numbers of rows, or records, and a `Behaviour`. Out: a running server with `url` and `api_key`. Start with `serve`
in `server`. This package imports nothing else of galtea_frames, so that tests can rely on it as an independent judge.
"""

from galtea_frames.sample.answers import (
    Answer,
    Cut,
    Garbled,
    Hangup,
    HtmlPage,
    Message,
    Pause,
    RawPage,
    Redirect,
    Reply,
    Stall,
    Trickle,
    Truncated,
    TruncatedGzip,
)
from galtea_frames.sample.behaviour import Behaviour
from galtea_frames.sample.records import (
    has_evaluations,
    has_inference_results,
    owning_test,
    session_records,
    version_records,
)
from galtea_frames.sample.request import Request
from galtea_frames.sample.server import SampleApi, serve
from galtea_frames.sample.store import Store

__all__ = [
    "Answer",
    "Behaviour",
    "Cut",
    "Garbled",
    "Hangup",
    "HtmlPage",
    "Message",
    "Pause",
    "RawPage",
    "Redirect",
    "Reply",
    "Request",
    "SampleApi",
    "Stall",
    "Store",
    "Trickle",
    "Truncated",
    "TruncatedGzip",
    "has_evaluations",
    "has_inference_results",
    "owning_test",
    "serve",
    "session_records",
    "version_records",
]
