"""The sample metrics: families and their revisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ORGANIZATION = "organization_sample"
JUDGE = "gpt-4.1"

#: When the families with several revisions got their newest one.
REFUND_REVISED = "2026-02-20T10:00:00.000Z"
TOOLS_REVISED = "2026-03-18T09:30:00.000Z"


@dataclass(frozen=True, slots=True)
class Metric:
    """One revision of a metric.

    Attributes:
        id: Its id.
        family: The id that its revisions share; None as in rows of older deployments.
        name: Its name, which its revisions share.
        source: How it is scored.
        threshold: The score from which an evaluation passes.
        in_tests: The share of test sessions that it scores.
        in_production: The share of the sampled production sessions that it scores.
        about: Its description.
        goal: The specification that it checks, by name.
        per_turn: Whether it scores turns instead of sessions in production.
        made: When the revision was made.
        ended: When it was superseded or retired.
        excluded: When it was taken out of analytics.
        parent: The revision that it was edited from.
        question: The question of a classifier.
    """

    id: str
    family: str | None
    name: str
    source: str
    threshold: float
    in_tests: float
    in_production: float
    about: str
    goal: str | None = None
    per_turn: bool = False
    made: str = "2026-01-02T09:00:00.000Z"
    ended: str | None = None
    excluded: str | None = None
    parent: str | None = None
    question: Mapping[str, Any] | None = None

    @property
    def is_judged(self) -> bool:
        """Whether a language model scores it with a prompt."""
        return self.source in {"PARTIAL_PROMPT", "FULL_PROMPT", "GEVAL"}

    def is_current(self, created_at: str) -> bool:
        """Whether sessions of this time are scored by this revision."""
        return self.made <= created_at and (self.ended is None or created_at < self.ended)


_REFUND, _TOOLS = "metricGroup_refund00policy", "metricGroup_tool000000use"

METRICS = (
    Metric(
        "metric_refund00policy001",
        _REFUND,
        "Refund policy",
        "PARTIAL_PROMPT",
        0.5,
        1.0,
        1.0,
        "Whether the answer states the refund rules correctly.",
        goal="Refund rules",
        ended=REFUND_REVISED,
    ),
    Metric(
        "metric_refund00policy002",
        _REFUND,
        "Refund policy",
        "PARTIAL_PROMPT",
        0.6,
        1.0,
        1.0,
        "Whether the answer states the refund rules correctly, deadlines included.",
        goal="Refund rules",
        made=REFUND_REVISED,
        parent="metric_refund00policy001",
    ),
    Metric(
        "metric_tone000000000001",
        "metricGroup_tone00000000",
        "Tone",
        "PARTIAL_PROMPT",
        0.7,
        1.0,
        0.4,
        "Whether the answer is friendly and respectful.",
        goal="Friendly tone",
    ),
    Metric(
        "metric_relevance0000001",
        "metricGroup_relevance000",
        "Answer relevance",
        "PARTIAL_PROMPT",
        0.5,
        1.0,
        1.0,
        "Whether the answer addresses what the user asked.",
        per_turn=True,
    ),
    Metric(
        "metric_tool000000use001",
        _TOOLS,
        "Tool use",
        "PARTIAL_PROMPT",
        0.5,
        0.9,
        0.0,
        "Whether the right tools were called.",
        goal="Booking tools",
        ended=TOOLS_REVISED,
    ),
    Metric(
        "metric_tool000000use002",
        _TOOLS,
        "Tool use",
        "PARTIAL_PROMPT",
        0.8,
        0.9,
        0.0,
        "Whether the right tools were called, in the right order.",
        goal="Booking tools",
        made=TOOLS_REVISED,
        parent="metric_tool000000use001",
    ),
    Metric(
        "metric_length0000000001",
        "metricGroup_length000000",
        "Answer length",
        "DETERMINISTIC",
        1.0,
        0.5,
        0.0,
        "Whether the answer has at most 600 characters.",
    ),
    Metric(
        "metric_resolved00000001",
        "metricGroup_resolved0000",
        "Resolved",
        "SELF_HOSTED",
        0.5,
        0.4,
        0.0,
        "Reported by the product: whether the user's goal was reached.",
    ),
    Metric(
        "metric_expert0000000001",
        "metricGroup_expert000000",
        "Expert review",
        "HUMAN_EVALUATION",
        0.75,
        0.15,
        0.0,
        "A travel expert's opinion of the conversation.",
        goal="Friendly tone",
    ),
    Metric(
        "metric_frustration00001",
        "metricGroup_frustration0",
        "Frustration",
        "CLASSIFIER",
        0.5,
        0.3,
        0.8,
        "Whether the user leaves without frustration.",
        question={
            "type": "yes_no",
            "instructions": "Is the user frustrated at the end of the conversation?",
            "goodAnswer": "no",
        },
    ),
    Metric(
        "metric_clarity000000001",
        "metricGroup_clarity00000",
        "Clarity",
        "CLASSIFIER",
        0.5,
        0.25,
        0.0,
        "How clear the answer is.",
        question={
            "type": "scale",
            "instructions": "How clear is the answer?",
            "levels": [
                {"description": "Confusing", "score": 0},
                {"description": "Understandable", "score": 0.5},
                {"description": "Clear and complete", "score": 1},
            ],
        },
    ),
    Metric(
        "metric_politeness000001",
        "metricGroup_politeness00",
        "Politeness (old prompt)",
        "PARTIAL_PROMPT",
        0.5,
        0.4,
        0.0,
        "Replaced by Tone; its scores are left out of analytics.",
        goal="Friendly tone",
        excluded="2026-03-02T15:20:00.000Z",
    ),
    Metric(
        "metric_facts0000000001",
        "metricGroup_facts0000000",
        "Factual accuracy",
        "FULL_PROMPT",
        0.5,
        0.6,
        0.0,
        "Whether the facts of the answer are true.",
        ended="2026-02-16T08:00:00.000Z",
    ),
    Metric(
        "5f0c2b7e-6c1d-4b3a-9a51-0d9f3b7c2e11",
        None,
        "Faithfulness",
        "GEVAL",
        0.5,
        0.2,
        0.6,
        "Whether the answer follows from the retrieved documents.",
        per_turn=True,
    ),
)

#: A metric that has been deleted: its evaluations remain, and its name cannot be had.
DELETED_METRIC = Metric(
    "metric_deleted000000001", None, "", "PARTIAL_PROMPT", 0.5, 0.05, 0.0, "", ended="2026-03-01T00:00:00.000Z"
)

#: The metrics that the answers themselves depend on.
REFUND, RELEVANCE = METRICS[1], METRICS[3]
