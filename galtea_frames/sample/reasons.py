"""What the judges of the sample metrics say about a score."""

from galtea_frames.sample.story import Conversation, share_of

#: For each metric: reasons of a low score, and of a high one.
_REASONS = {
    "Refund policy": (
        (
            "The answer promises a refund that the policy does not allow.",
            "The deadline in the answer differs from the one in the refund policy.",
            "The answer leaves out that only cancellations up to 24 hours before departure are refunded.",
        ),
        (
            "The answer states the deadline and the way of payment as the refund policy does.",
            "The refund rules are quoted correctly, and nothing is promised beyond them.",
        ),
    ),
    "Tone": (
        (
            "The answer sounds impatient: it repeats the rule without acknowledging the question.",
            "The answer is curt and does not address the traveller as a person.",
            "The answer corrects the user's wording instead of helping.",
        ),
        (
            "The answer is friendly and addresses the user's concern first.",
            "Polite throughout, with a clear next step for the traveller.",
        ),
    ),
    "Answer relevance": (
        (
            "The answer talks about another topic than the question.",
            "Only half of the question is answered.",
        ),
        (
            "The answer addresses exactly what was asked.",
            "The question is answered in the first sentence, without detours.",
        ),
    ),
    "Tool use": (
        (
            "The booking was changed without looking it up first.",
            "No tool was called, so the answer is a guess.",
        ),
        ("The right tools were called in the right order.",),
    ),
}
_OTHER = (
    ("The answer does not meet the criterion: a necessary detail is missing.",),
    ("The answer meets the criterion in every respect.",),
)


def reason_for(metric: str, score: float, threshold: float, conversation: Conversation) -> str:
    """A sentence on the score, and which question was asked."""
    words = _REASONS.get(metric, _OTHER)[score >= threshold]
    chosen = words[int(share_of(metric, conversation.id, "reason") * len(words))]
    return f"{chosen} The question was about {conversation.case.topic.name.lower()}."
