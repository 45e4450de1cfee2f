"""Deterministic sample rows, and a local stand-in for the API that serves them."""

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
