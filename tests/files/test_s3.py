"""Files and datasets in an object store: a real S3 server on this machine, found through the usual variables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.dataset as ds
import pytest
from direct_transport import DirectTransport
from killed_writes import NEWER, OLDER
from mirror_helpers import assert_same, session, version
from pandas.testing import assert_frame_equal

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("moto.server")
boto3 = pytest.importorskip("boto3")
s3fs = pytest.importorskip("s3fs")

SERVER = Path(__file__).parents[1] / "support" / "s3_server.py"

# Its libraries warn of what they will change themselves.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An S3 server's address.

    In a process of its own: deltalake before 1.6 keeps Python's other threads waiting while it waits for an answer.
    """
    with subprocess.Popen([sys.executable, SERVER], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an empty bucket, the server and its credentials being in the environment as users have them."""
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    # fsspec keeps a file system for each set of options, whatever the environment is by now.
    s3fs.S3FileSystem.clear_instance_cache()
    client = boto3.client("s3")
    client.create_bucket(Bucket="bucket")
    yield client
    for each in keys(client):
        client.delete_object(Bucket="bucket", Key=each)
    client.delete_bucket(Bucket="bucket")
    s3fs.S3FileSystem.clear_instance_cache()


def keys(client: Any) -> list[str]:  # noqa: ANN401 - boto3 has no types
    """The names of the objects in the bucket."""
    return [each["Key"] for each in client.list_objects_v2(Bucket="bucket").get("Contents", [])]


def test_a_file_comes_back(s3: Any) -> None:  # noqa: ANN401 - as above
    """Written, replaced and read; one object, however often."""
    for frame in (OLDER, NEWER):
        gf.write_parquet(frame, "s3://bucket/a/sessions.parquet")
        assert_frame_equal(frame, gf.read_parquet("s3://bucket/a/sessions.parquet"))
    assert ["a/sessions.parquet"] == keys(s3)


def test_a_dataset_comes_back(s3: Any) -> None:  # noqa: ANN401 - as above
    """An object a partition, named as on a disk, and read by engines as well."""
    gf.write_parquet(OLDER, "s3://bucket/a/sessions", partition_by="key")
    expected = [f"a/sessions/key={key}" for key in ("__HIVE_DEFAULT_PARTITION__", "a", "b", "c")]
    assert expected == [each.rpartition("/")[0] for each in keys(s3)]
    assert_frame_equal(OLDER, gf.read_parquet("s3://bucket/a/sessions"))
    table = ds.dataset("bucket/a/sessions", filesystem=s3fs.S3FileSystem(), partitioning="hive").to_table()
    assert sorted(OLDER["value"]) == sorted(table["value"].to_pylist())


def test_odd_values_name_objects(s3: Any) -> None:  # noqa: ANN401 - as above
    """Values with slashes, dots, percent signs and other scripts stay below the dataset, and come back."""
    frame = pd.DataFrame({"key": ["../../x", "a/b", "50%", "", None, "ünï → 版"], "row": range(6)})
    gf.write_parquet(frame, "s3://bucket/odd", partition_by="key")
    assert_frame_equal(frame, gf.read_parquet("s3://bucket/odd"))
    assert {2} == {each.count("/") for each in keys(s3)}
    assert all(each.startswith("odd/key=") for each in keys(s3))


def test_an_existing_dataset_is_kept(s3: Any) -> None:  # noqa: ANN401 - as above
    """A second write there is refused before a byte is sent."""
    gf.write_parquet(OLDER, "s3://bucket/a", partition_by="key")
    before = keys(s3)
    with pytest.raises(gf.ParquetError, match="s3://bucket/a exists; delete it first"):
        gf.write_parquet(NEWER, "s3://bucket/a", partition_by="key")
    assert before == keys(s3)
    assert_frame_equal(OLDER, gf.read_parquet("s3://bucket/a"))


def test_what_others_write_is_seen(s3: Any) -> None:  # noqa: ANN401 - as above
    """A listing that was remembered is not taken for what is there now."""
    for name in ("a/old", "b/old"):
        gf.write_parquet(OLDER, f"s3://bucket/{name}")
    assert ["bucket/a/old"] == s3fs.S3FileSystem().ls("bucket/a")  # which it remembers
    s3.copy_object(Bucket="bucket", Key="a/new", CopySource="bucket/b/old")
    assert_frame_equal(OLDER, gf.read_parquet("s3://bucket/a/new"))


@pytest.mark.usefixtures("s3")
def test_a_missing_bucket_is_told() -> None:
    """One line with the address."""
    with pytest.raises(gf.ParquetError, match=r"s3://nowhere/a\.parquet") as caught:
        gf.write_parquet(OLDER, "s3://nowhere/a.parquet")
    assert 1 == len(str(caught.value).splitlines())


@pytest.mark.usefixtures("s3")
def test_missing_credentials_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the store's own library comes as one of ours, in one line."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(gf.ParquetError, match="cannot use s3://bucket/a") as caught:
        gf.write_parquet(OLDER, "s3://bucket/a")
    assert 1 == len(str(caught.value).splitlines())


@pytest.mark.usefixtures("s3")
@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
def test_loaded_frames_come_back_from_s3() -> None:
    """The main job's own frame, as a file and as a dataset."""
    with gf.sample.serve(200, 4) as api, gf.Client(api.api_key, api.url) as client:
        frame = gf.load_sessions_with_versions(client=client)
    gf.write_parquet(frame, "s3://bucket/file.parquet")
    gf.write_parquet(frame, "s3://bucket/dataset", partition_by=["version_id", "status"])
    for name in ("file.parquet", "dataset"):
        actual = gf.read_parquet(f"s3://bucket/{name}")
        assert_frame_equal(frame, actual)
        assert frame.attrs == actual.attrs


def test_a_mirror_is_synced_and_read(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401 - as above
    """At a URL, with the credentials of the environment: first, changed, compacted; frames are the API's."""
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    api = DirectTransport([session(number, number) for number in range(20)], [version("a")])
    mirror = gf.Mirror("s3://bucket/mirror/")
    assert 20 == mirror.sync(api.client()).new
    api.sessions.update("session_0019", status="FAILED")
    api.sessions.delete("session_0018")
    done = mirror.sync(api.client())
    assert (0, 1, 1) == (done.new, done.changed, done.removed)
    mirror.compact()
    assert_same(mirror, api.client())
    assert {"mirror/sessions", "mirror/versions"} == {"/".join(each.split("/")[:2]) for each in keys(s3)}


@pytest.mark.parametrize("table", ["sessions", "versions"])
def test_other_things_where_a_mirrors_table_would_lie_are_left_alone(
    s3: Any,  # noqa: ANN401 - as above
    monkeypatch: pytest.MonkeyPatch,
    table: str,
) -> None:
    """Before any request; a bucket's other names do not matter. What is put beside the files later is not deleted."""
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    api = DirectTransport([session(1, 1)], [version("a")])
    mirror = gf.Mirror("s3://bucket/mirror")
    s3.put_object(Bucket="bucket", Key=f"mirror/{table}/status=FAILED/part-0.parquet", Body=b"mine")
    with pytest.raises(gf.MirrorError, match=f"mirror/{table} is neither a mirror's nor empty; name another"):
        mirror.sync(api.client())
    assert ([f"mirror/{table}/status=FAILED/part-0.parquet"], []) == (keys(s3), api.requests)
    s3.delete_object(Bucket="bucket", Key=f"mirror/{table}/status=FAILED/part-0.parquet")
    s3.put_object(Bucket="bucket", Key="mirror/notes.txt", Body=b"mine")
    assert 1 == mirror.sync(api.client()).new
    s3.put_object(Bucket="bucket", Key=f"mirror/{table}/mine.parquet", Body=b"mine")
    mirror.compact()
    assert {"mirror/notes.txt", f"mirror/{table}/mine.parquet"} <= set(keys(s3))


def test_of_two_syncs_at_a_url_one_is_stopped(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """The store lets nobody overwrite a commit: who comes second is told, and no row is doubled."""
    del s3
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    api = DirectTransport([session(number, number) for number in range(20)], [version("a")])
    other = DirectTransport([session(number, number) for number in range(20)], [version("a")])

    def overtaken(number: int) -> None:
        if number == 6:
            gf.Mirror("s3://bucket/mirror").sync(other.client())

    api.before = overtaken
    with pytest.raises(gf.MirrorError, match="another sync committed at the same time"):
        gf.Mirror("s3://bucket/mirror").sync(api.client(max_workers=1))
    assert 20 == len(gf.Mirror("s3://bucket/mirror").load_sessions(include_removed=True))
