"""Tests, which the dashboard calls datasets, their test cases, and the runs that execute them."""

from __future__ import annotations

from galtea_frames.api.lists.filters import CREATED, CREATED_COLUMNS, ids_filter, names_filters
from galtea_frames.api.resource import DeclaredColumn, Filter, Resource

_NOISE = (
    DeclaredColumn(
        "backgroundNoiseProfile",
        "category",
        "background noise of voice conversations",
        members=("office", "street", "car", "white", "pink"),
    ),
    DeclaredColumn("backgroundNoiseLevel", "category", "how loud it is", members=("light", "medium", "heavy")),
)

TESTS = Resource(
    name="tests",
    path="/tests",
    row="one test, which the dashboard calls a dataset: a set of test cases",
    few=True,
    columns=(
        DeclaredColumn("id", "string", "the test's id"),
        DeclaredColumn(
            "productId", "string", "the product that it belongs to; null for global tests", references="products"
        ),
        DeclaredColumn("userId", "string", "the user who created it"),
        DeclaredColumn("name", "string", "its name"),
        DeclaredColumn(
            "type",
            "category",
            "QUALITY (accuracy), RED_TEAMING (security) or SCENARIOS (behavior)",
            members=("QUALITY", "RED_TEAMING", "SCENARIOS"),
        ),
        DeclaredColumn(
            "status",
            "category",
            "whether its test cases are complete",
            members=("PENDING", "SUCCESS", "FAILED", "AUGMENTING", "EXTENDING", "CANCELLED"),
        ),
        DeclaredColumn("error", "string", "why its generation failed"),
        DeclaredColumn("languageCode", "string", "the language of its test cases"),
        DeclaredColumn("variants", "texts", "the variants of its test cases"),
        DeclaredColumn("strategies", "texts", "the strategies of its test cases"),
        DeclaredColumn("models", "texts", "the models that generated it"),
        DeclaredColumn("customVariantDescription", "string", "your description of a variant"),
        DeclaredColumn("customUserPersona", "string", "your description of the simulated user"),
        DeclaredColumn("fewShot", "string", "examples for its generation"),
        DeclaredColumn("groundTruthUri", "string", "where its source is stored"),
        DeclaredColumn("uri", "string", "where its file is stored"),
        DeclaredColumn("dataCatalogUri", "string", "where its data catalog is stored"),
        DeclaredColumn("maxTestCases", "integer", "the maximum number of test cases"),
        DeclaredColumn("maxIterations", "integer", "the maximum number of turns in a simulated conversation"),
        DeclaredColumn("sourceTestId", "string", "the test that it was copied from", references="tests"),
        DeclaredColumn("isExtendable", "flag", "whether test cases can be added"),
        DeclaredColumn("metadata", "json", "further settings"),
        DeclaredColumn("specificationIds", "texts", "the specifications that it checks"),
        DeclaredColumn(
            "specificationId", "string", "the only specification, on older deployments", references="specifications"
        ),
        *_NOISE,
        *CREATED_COLUMNS,
    ),
    filters=(
        ids_filter("tests"),
        Filter(
            "productIds",
            "texts",
            "tests of these products; leaves out global tests",
            column="product_id",
            checked_by="productId",
            skips_null=True,
        ),
        Filter("testCaseIds", "texts", "tests that these test cases belong to"),
        Filter("versionIds", "texts", "tests that these versions ran"),
        *names_filters("tests"),
        Filter("types", "texts", "tests of these types", column="type", checked_by="type"),
        Filter("specificationIds", "texts", "tests of these specifications"),
        Filter("existentInEvaluations", "flag", "only tests with evaluations, or only those without"),
        Filter("hasInferenceResults", "flag", "only tests with inference results, or only those without"),
        *CREATED,
    ),
)

TEST_CASES = Resource(
    name="test_cases",
    path="/testCases",
    row="one case of a test; editing its content makes a new row",
    few=True,
    columns=(
        DeclaredColumn("id", "string", "the test case's id; editing its content makes a new one"),
        DeclaredColumn("testId", "string", "the test that it belongs to", references="tests"),
        DeclaredColumn("testCaseGroupId", "string", "the family that its edits share; null on older deployments"),
        DeclaredColumn("parentTestCaseId", "string", "the test case it was edited from", references="test_cases"),
        DeclaredColumn("legacyAt", "time", "when an edit superseded it; null if none did"),
        DeclaredColumn("input", "object", "what the product is sent"),
        DeclaredColumn("expectedOutput", "string", "the expected answer"),
        DeclaredColumn("expectedTools", "texts", "the tools that should be called"),
        DeclaredColumn("context", "object", "input given to the session"),
        DeclaredColumn("variant", "string", "what kind of case it is"),
        DeclaredColumn("strategy", "string", "how it was written"),
        DeclaredColumn("languageCode", "string", "its language"),
        DeclaredColumn("userPersona", "string", "the simulated user"),
        DeclaredColumn("scenario", "string", "the simulated situation"),
        DeclaredColumn("goal", "string", "what the simulated user wants"),
        DeclaredColumn("stoppingCriterias", "texts", "when the simulated conversation ends"),
        DeclaredColumn("maxIterations", "integer", "the maximum number of its turns"),
        DeclaredColumn("gender", "category", "the voice of the simulated user", members=("MALE", "FEMALE")),
        *_NOISE,
        DeclaredColumn("seedSessionId", "string", "the session whose turns it begins with; no list returns that one"),
        DeclaredColumn("source", "string", "the passage that it was generated from"),
        DeclaredColumn("sourceFile", "string", "the file of that passage"),
        DeclaredColumn(
            "sourceTestCaseId", "string", "the test case that it was generated from", references="test_cases"
        ),
        DeclaredColumn("confidence", "number", "how sure its generation was"),
        DeclaredColumn("confidenceReason", "string", "why"),
        DeclaredColumn("isAugmented", "flag", "whether it was generated from another test case"),
        DeclaredColumn("reviewedById", "string", "the user who reviewed it"),
        DeclaredColumn("userScore", "integer", "that user's verdict: -1, 0 or 1"),
        DeclaredColumn("userScoreReason", "string", "why"),
        DeclaredColumn("userId", "string", "the user who created it"),
        DeclaredColumn("creditsUsed", "integer", "credits of the platform that it cost"),
        *CREATED_COLUMNS,
    ),
    filters=(
        ids_filter("test cases"),
        Filter("testIds", "texts", "test cases of these tests", column="test_id", checked_by="testId"),
        Filter("productIds", "texts", "test cases of these products' tests", through="testIds"),
        Filter("reviewed", "flag", "only test cases that a user has reviewed, or only others"),
        Filter("userScore", "integer", "test cases with this verdict: -1, 0 or 1", between=(-1, 1)),
        Filter("variants", "texts", "test cases of these variants", column="variant", checked_by="variant"),
        Filter("strategies", "texts", "test cases of these strategies", column="strategy", checked_by="strategy"),
        Filter(
            "languages", "texts", "test cases in these languages", column="language_code", checked_by="languageCode"
        ),
        Filter("sourceFiles", "texts", "test cases generated from these files", column="source_file"),
        Filter("expectedTools", "texts", "test cases that expect all of these tools"),
        Filter("isAugmented", "flag", "only test cases generated from others, or only the rest"),
        Filter("input", "text", "test cases whose input contains this text"),
        Filter("includeLegacy", "flag", "whether to include superseded test cases, as the API does by default"),
        *CREATED,
    ),
)

RUNS = Resource(
    name="runs",
    path="/runs",
    row="one launch of a test, of evaluations or of a replay",
    few=True,
    has_times=False,  # createdAt may be null
    columns=(
        DeclaredColumn("id", "string", "the run's id"),
        DeclaredColumn("productId", "string", "the product that it belongs to", references="products"),
        DeclaredColumn(
            "versionId", "string", "the version that it ran; null for replays of metrics", references="versions"
        ),
        DeclaredColumn("userId", "string", "the user who launched it"),
        DeclaredColumn("customId", "string", "your own id for it, such as a build number"),
        DeclaredColumn("ordinal", "integer", "its number in the product; numbers may be missing"),
        DeclaredColumn("relaunchedFromRunId", "string", "the run that it repeats", references="runs"),
        DeclaredColumn("openedBy", "category", "LAUNCH (the platform) or CALLER", members=("LAUNCH", "CALLER")),
        DeclaredColumn(
            "status",
            "category",
            "RUNNING, COMPLETED, FAILED or CANCELLED",
            members=("RUNNING", "COMPLETED", "FAILED", "CANCELLED"),
        ),
        DeclaredColumn(
            "kind",
            "category",
            "what it does; null for runs of callers",
            members=("GENERATE_INFERENCES", "EVALUATE_SESSION", "EVALUATE_SESSION_BATCH", "REPLAY_METRIC"),
        ),
        DeclaredColumn("evaluationCount", "integer", "its evaluations when it was loaded"),
        DeclaredColumn("sessionCount", "integer", "its sessions when it was loaded"),
        DeclaredColumn("jobId", "string", "the job that runs it"),
        DeclaredColumn("error", "string", "why it failed"),
        DeclaredColumn("request", "json", "what was asked for"),
        DeclaredColumn("resolvedInputs", "json", "what that came to"),
        DeclaredColumn("createdAt", "time", "when it began"),
        DeclaredColumn("finishedAt", "time", "when it ended"),
        DeclaredColumn("deletedAt", "time", "when it was deleted; null in practice"),
    ),
    filters=(
        ids_filter("runs"),
        Filter("productIds", "texts", "runs of these products", column="product_id", checked_by="productId"),
        Filter("versionIds", "texts", "runs of these versions", column="version_id", checked_by="versionId"),
        Filter("customIds", "texts", "runs with these custom ids", column="custom_id", checked_by="customId"),
        Filter("search", "text", "runs that contain this text"),
        Filter("statuses", "texts", "runs with these statuses", column="status", checked_by="status"),
        *CREATED,
    ),
)
