"""What the judges of the sample metrics say about a score."""

from galtea_frames.sample.story import Conversation, share_of

#: For each metric: reasons of a low score, and of a high one.
_REASONS = {
    "Refund policy": (
        (
            "The answer says “{wrong}” The refund policy says something else: “{expected}”",
            "The user asked “{asked}” and was told “{wrong}” That is not what the refund policy says.",
        ),
        (
            "The answer states what the refund policy says: “{expected}”",
            "The refund rules are stated correctly, and nothing is promised beyond them.",
        ),
    ),
    "Tone": (
        (
            "The answer sounds impatient: it repeats the rule without acknowledging the question “{asked}”",
            "The answer is curt and does not address the user as a person. The user had asked “{asked}”",
            "The answer corrects the user's wording instead of helping.",
        ),
        (
            "The answer is friendly and addresses the user's concern first.",
            "The answer is polite throughout and ends with a clear next step.",
        ),
    ),
    "Answer relevance": (
        (
            "The answer is about something else than the question “{asked}”",
            "Only half of the question “{asked}” is answered.",
        ),
        (
            "The answer addresses exactly what was asked: “{asked}”",
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
    ("The answer to “{asked}” lacks a necessary detail.",),
    ("The answer to “{asked}” meets the criterion in every respect.",),
)


def reason_for(metric: str, score: float, threshold: float, conversation: Conversation) -> str:
    """Why an evaluation has its score, in one or two sentences."""
    words = _REASONS.get(metric, _OTHER)[score >= threshold]
    chosen = words[int(share_of(metric, conversation.id, "reason") * len(words))]
    content = conversation.case.content
    return chosen.format(asked=content.asked[0], expected=content.expected, wrong=content.wrong)
