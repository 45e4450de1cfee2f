"""The sample tests, test cases, metrics, specifications, products and models."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from galtea_frames.sample.metrics import METRICS, Metric
from galtea_frames.sample.phrases import MODELS
from galtea_frames.sample.records import cases_of_test, owning_test, sample_tests
from galtea_frames.sample.story import REVISION, Case, case_of, code_of, share_of
from galtea_frames.sample.times import stamp
from galtea_frames.sample.topics import LANGUAGES, TOPICS, VARIANTS
from galtea_frames.sample.traffic import START

Record = dict[str, Any]

ORGANIZATION = "organization_sample"
USER = "user_sample"
JUDGE = "gpt-4.1"

_PRODUCTS = (
    ("Travel assistant", "Answers questions of travellers and changes their bookings.", ["travel", "chat"]),
    ("Clinic assistant", "Finds appointments and answers questions of patients.", ["clinic", "chat"]),
)
#: Name, type, description, type of the tests, and the topics of those that check it.
_GOALS = (
    (
        "Refund rules",
        "POLICY",
        "The assistant states the refund rules correctly.",
        "QUALITY",
        ("Refund questions", "Angry travellers", "Booking changes"),
    ),
    (
        "Friendly tone",
        "CAPABILITY",
        "The assistant is friendly, also to angry users.",
        "SCENARIOS",
        ("Angry travellers",),
    ),
    (
        "Booking tools",
        "CAPABILITY",
        "The assistant changes bookings with its tools.",
        "QUALITY",
        ("Booking changes", "Baggage rules"),
    ),
    (
        "No medical advice",
        "INABILITY",
        "The assistant does not give medical advice.",
        "RED_TEAMING",
        ("Prompt injections",),
    ),
)
#: US dollars for a token: of the input, read from a cache, and of the output.
_PRICES = ((1.5e-07, 7.5e-08, 6e-07), (2.5e-06, 1.25e-06, 1e-05), (1e-07, 2.5e-08, 4e-07))
#: When a few cases were edited.
EDITED = "2026-03-10T11:00:00.000Z"

_CREATED = START - timedelta(days=4)


def _created(hours: float) -> dict[str, Any]:
    """When something was made, in hours after the first of all, and that it still exists."""
    return {"createdAt": stamp(_CREATED + timedelta(hours=9 + hours)), "deletedAt": None}


def product_records(product_ids: Sequence[str]) -> Iterator[Record]:
    """The products with these ids."""
    for place, product_id in enumerate(product_ids):
        name, description, tags = _PRODUCTS[place] if place < len(_PRODUCTS) else (product_id, "Another product.", [])
        yield {
            "id": product_id,
            "organizationId": ORGANIZATION,
            "userId": USER,
            "name": name,
            "description": description,
            "tags": tags,
            "riskLevel": "GPAI",
            "operatorType": "DEPLOYER",
            "interactionMode": "CONVERSATIONAL",
            "primaryTask": "QUESTION_ANSWERING_RAG",
            "autoCloseScope": "ALL",
            "autoCloseInactivityMinutes": 30,
            "closedSessionInferenceCreationPolicy": "REOPEN_AND_REEVALUATE",
            "otelOutputSourceRule": {"path": "$[0].message.content"} if place == 0 else None,
            "otelInputSourceRule": None,
            "otelProductKey": None,
            **_created(place),
        }


def model_records(model_ids: Iterable[str]) -> Iterator[Record]:
    """The models with these ids, and one that belongs to all organizations."""
    for place, model_id in enumerate(dict.fromkeys((*MODELS, *model_ids))):
        yield _model(model_id, ORGANIZATION, place)
    yield _model("model_global-mini", None, 0)


def _model(model_id: str, organization: str | None, place: int) -> Record:
    given, cached, answered = price_of(place)
    return {
        "id": model_id,
        "organizationId": organization,
        "userId": USER if organization else None,
        "name": model_id.removeprefix("model_"),
        "inputCostPerToken": given,
        "outputCostPerToken": answered,
        "cacheReadInputTokenCost": cached,
        "cacheCreationInputTokenCost": None,
        "inputCostPerTokenAbove128kTokens": 2 * given if place == 1 else None,
        "outputCostPerTokenAbove128kTokens": 2 * answered if place == 1 else None,
        "tokenizerProvider": "openai",
        "source": "CUSTOM" if organization else "PREDEFINED",
        **_created(place / 10),
    }


def price_of(place: int) -> tuple[float, float, float]:
    """US dollars for one token: of the input, read from a cache, and of the output."""
    return _PRICES[place % len(_PRICES)]


def price_of_model(model_id: object) -> tuple[float, float, float]:
    """The same of a model's id."""
    return price_of(MODELS.index(model_id) if model_id in MODELS else 0)


def specification_id(product_id: str, goal: str) -> str:
    """The id of a product's specification."""
    return f"specification_{code_of(product_id, goal)}"


def specification_records(product_ids: Sequence[str]) -> Iterator[Record]:
    """What each product should do and should not do."""
    for place, product_id in enumerate(product_ids):
        for number, (name, kind, description, test_type, _) in enumerate(_GOALS):
            yield {
                "id": specification_id(product_id, name),
                "productId": product_id,
                "userId": USER,
                "name": name,
                "description": description,
                "type": kind,
                "testType": test_type,
                "testVariant": None,
                "useForTestAlignment": kind == "POLICY",
                "metricIds": [metric.id for metric in METRICS if metric.goal == name],
                **_created(2 + place + number / 10),
            }


def metric_records(product_ids: Sequence[str]) -> Iterator[Record]:
    """All revisions of all metrics."""
    for metric in METRICS:
        yield {
            "id": metric.id,
            "metricGroupId": metric.family,
            "parentMetricId": metric.parent,
            "name": metric.name,
            "organizationId": ORGANIZATION if metric.family else None,
            "userId": USER if metric.family else None,
            "description": metric.about,
            "documentationUrl": None if metric.family else "https://example.com/metrics/faithfulness",
            "source": metric.source,
            "evaluationParams": _params(metric),
            "judgePrompt": _prompt(metric) if metric.is_judged else None,
            "evaluatorModelName": JUDGE if metric.is_judged else None,
            "tags": metric.name.lower().split()[:1],
            "userGroupIds": ["userGroup_experts"] if metric.source == "HUMAN_EVALUATION" else [],
            "specificationIds": [specification_id(each, metric.goal) for each in product_ids if metric.goal],
            "judgeGenerationSettings": {"temperature": 0} if metric.is_judged else None,
            "classifierQuestion": metric.question,
            "passThreshold": metric.threshold,
            "applicabilityScope": "NONE",
            "applicabilityThreshold": None,
            "excludedFromAnalyticsAt": metric.excluded,
            "excludedByUserId": USER if metric.excluded else None,
            "legacyAt": metric.ended,
            "disabledAt": metric.ended if metric.source == "FULL_PROMPT" else None,
            "createdAt": metric.made,
            "deletedAt": None,
        }


def _params(metric: Metric) -> list[str]:
    needed = ["input", "actual_output", "expected_output", "retrieval_context"]
    return needed[: 4 if metric.source == "GEVAL" else 3 if metric.name == "Refund policy" else 2]


def _prompt(metric: Metric) -> str:
    return f"{metric.about}\n\nGive 1 if it fully does, 0 if it does not at all, and explain the score in one sentence."


def sample_test_records(product_ids: Sequence[str]) -> Iterator[Record]:
    """The sample tests, of which each product owns some and the others belong to all products; and one being made."""
    for place, (topic, head) in enumerate(zip(TOPICS, sample_tests(), strict=True)):
        owner = (*product_ids, None)[place % (len(product_ids) + 1)]
        yield _test(owning_test(cases_of_test(head)[0]), owner, place, topic.name, topic.type) | {
            "groundTruthUri": f"https://example.com/sources/{topic.source_file}",
            "specificationIds": [
                specification_id(each, goal)
                for each in product_ids
                for goal, *_, topics in _GOALS
                if topic.name in topics and owner in {None, each}
            ],
        }
    for place, product_id in enumerate(product_ids[:1]):
        growing = _test(f"test_{code_of(product_id)}", product_id, 24 * 80 + place, "Group bookings", "QUALITY")
        yield growing | {"status": "EXTENDING", "isExtendable": True, "maxTestCases": 50}


def _test(test_id: str, product_id: str | None, place: int, name: str, kind: str) -> Record:
    return {
        "id": test_id,
        "productId": product_id,
        "userId": USER,
        "name": name,
        "type": kind,
        "status": "SUCCESS",
        "error": None,
        "languageCode": LANGUAGES[0],
        "variants": list(VARIANTS),
        "strategies": ["original"],
        "models": None,
        "customVariantDescription": None,
        "customUserPersona": "A traveller in a hurry" if kind == "SCENARIOS" else None,
        "fewShot": None,
        "groundTruthUri": None,
        "uri": None,
        "dataCatalogUri": None,
        "maxTestCases": 36,
        "maxIterations": 5 if kind == "SCENARIOS" else None,
        "sourceTestId": None,
        "isExtendable": False,
        "metadata": {"source": "sample", "batch": place},
        "specificationIds": [],
        "specificationId": None,
        "backgroundNoiseProfile": None,
        "backgroundNoiseLevel": None,
        **_created(5 + place),
    }


def sample_case_records(others: Iterable[str]) -> Iterator[Record]:
    """All cases of the sample tests and further ones with these ids; a few of them have been edited or deleted."""
    for head in sample_tests():
        ids = cases_of_test(head)
        deleted, first, second = ids[-1], ids[REVISION - 1], ids[REVISION]
        for number, case_id in enumerate(ids):
            if case_id == deleted:
                continue
            record = _case(case_id, owning_test(case_id), number, case_of(case_id))
            if case_id == first:
                record["legacyAt"] = EDITED
            if case_id == second:
                record |= {"testCaseGroupId": _group(first), "parentTestCaseId": first}
                record["context"] = {"value": "First contact."}
            yield record
    for number, case_id in enumerate(others):
        yield _case(case_id, owning_test(case_id), number, case_of(case_id))


def _group(case_id: str) -> str:
    return case_id.replace("testCase_", "testCaseGroup_")


def _case(case_id: str, test_id: str, number: int, case: Case) -> Record:
    is_scenario = case.topic.type == "SCENARIOS"
    reviewed = share_of(case_id, "reviewed") < 0.3  # noqa: PLR2004 - a share
    return {
        "id": case_id,
        "testId": test_id,
        "testCaseGroupId": _group(case_id),
        "parentTestCaseId": None,
        "legacyAt": None,
        "input": {"user_message": case.asked},
        "expectedOutput": case.content.expected,
        "expectedTools": ["get_booking"] if case.topic.name == "Booking changes" else [],
        "context": None if number % 3 else {"value": "Returning customer; two open bookings."},
        "variant": VARIANTS[case.variant],
        "strategy": "original",
        "languageCode": LANGUAGES[case.language],
        "userPersona": "A traveller in a hurry" if is_scenario else None,
        "scenario": "The user has waited for a week." if is_scenario else None,
        "goal": "Get a clear answer." if is_scenario else None,
        "stoppingCriterias": ["The user says goodbye."] if is_scenario else [],
        "maxIterations": 5 if is_scenario else None,
        "gender": None,
        "backgroundNoiseProfile": None,
        "backgroundNoiseLevel": None,
        "seedSessionId": f"session_{code_of(case_id, 'seed')}" if is_scenario and number % 4 == 0 else None,
        "source": f"{case.topic.source_file}, page {number % 7 + 1}",
        "sourceFile": case.topic.source_file,
        "sourceTestCaseId": None,
        "confidence": round(0.7 + 0.3 * share_of(case_id, "confidence"), 2),
        "confidenceReason": None,
        "isAugmented": case.variant > 0,
        "reviewedById": USER if reviewed else None,
        "userScore": 1 if reviewed else 0,
        "userScoreReason": None,
        "userId": USER,
        "creditsUsed": 1,
        **_created(24 + number // 12),
    }
