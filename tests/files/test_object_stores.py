"""Files, exports and mirrors at `gs://` and `abfs://`: servers on this machine, found through the usual variables."""

from __future__ import annotations

import base64
import gc
import importlib.util
import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import fsspec
import pandas as pd
import pytest
from direct_transport import DirectTransport
from killed_writes import NEWER, OLDER
from mirror_helpers import assert_same, session, version
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.cli import main as cli

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Azurite, Microsoft's own emulator, is an npm package: `npm install azurite`, and its folder of programs in PATH.
AZURITE = shutil.which("azurite-blob")
STORES = [
    *(["gs"] if importlib.util.find_spec("gcp_storage_emulator") else []),
    *(["abfs"] if AZURITE else []),
]
if not STORES:
    pytest.skip("no emulator of an object store is installed", allow_module_level=True)

#: An account of the emulator, with a key of this run.
ACCOUNT, KEY = "devstoreaccount1", base64.b64encode(secrets.token_bytes(64)).decode()

# Their libraries warn of what they will change themselves, and of sockets that they leave to the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

only_azure = pytest.mark.parametrize("store", [each for each in STORES if each == "abfs"], indirect=True)


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, str]]:
    """The addresses of the servers, by scheme."""
    commands: dict[str, list[str]] = {
        "gs": [sys.executable, str(Path(__file__).parents[1] / "support" / "gcs_server.py")],
        "abfs": [
            *(str(AZURITE), "--silent", "--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck"),
            *("--blobHost", "127.0.0.1", "--blobPort", "0"),
        ],
    }
    environment = os.environ | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"}
    running = {
        name: subprocess.Popen(commands[name], stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 - ours
        for name in STORES
    }
    try:
        yield {name: _address(process) for name, process in running.items()}
    finally:
        for process in running.values():
            with process:
                process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    """Return the address that a server prints when it listens."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:[1-9]\d*", line):
            return found[0]
    raise AssertionError("the server ended")


@pytest.fixture(params=STORES)
def store(servers: dict[str, str], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty bucket, the server and its credentials being in the environment as users have them."""
    scheme: str = request.param
    address = servers[scheme]
    blobs = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={address}/{ACCOUNT};"
    environment = {
        "gs": {"STORAGE_EMULATOR_HOST": address},
        "abfs": {
            "AZURE_STORAGE_CONNECTION_STRING": blobs,
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURITE_BLOB_STORAGE_URL": address,
        },
    }
    for name, value in environment[scheme].items():
        monkeypatch.setenv(name, value)
    # fsspec keeps a file system for each set of options, whatever the environment is by now.
    fsspec.get_filesystem_class(scheme).clear_instance_cache()
    files = fsspec.filesystem(scheme)
    if not files.exists("bucket"):
        files.mkdir("bucket")
    yield f"{scheme}://bucket"
    for each in files.find("bucket", refresh=True) if scheme == "gs" else files.find("bucket"):
        files.rm_file(each)
    files.clear_instance_cache()
    gc.collect()  # so that sockets which a library left open are not blamed on a later test


def names(store: str) -> list[str]:
    """The names of the objects in the bucket."""
    files = fsspec.filesystem(store.partition(":")[0])
    files.invalidate_cache()
    return [each.removeprefix("bucket/") for each in files.find("bucket")]


def test_a_file_comes_back(store: str) -> None:
    """Written, replaced and read; one object, however often."""
    for frame in (OLDER, NEWER):
        gf.write_parquet(frame, f"{store}/a/sessions.parquet")
        assert_frame_equal(frame, gf.read_parquet(f"{store}/a/sessions.parquet"))
    assert ["a/sessions.parquet"] == names(store)


def test_a_dataset_comes_back(store: str) -> None:
    """An object a partition, named as on a disk; odd values stay below the dataset."""
    gf.write_parquet(OLDER, f"{store}/a/sessions", partition_by="key")
    expected = [f"a/sessions/key={key}" for key in ("__HIVE_DEFAULT_PARTITION__", "a", "b", "c")]
    assert expected == sorted(each.rpartition("/")[0] for each in names(store))
    assert_frame_equal(OLDER, gf.read_parquet(f"{store}/a/sessions"))
    frame = pd.DataFrame({"key": ["../../x", "a/b", "50%", "", None, "ünï → 版"], "row": range(6)})
    gf.write_parquet(frame, f"{store}/odd", partition_by="key")
    assert_frame_equal(frame, gf.read_parquet(f"{store}/odd"))
    assert all(re.match("odd/key=[^/]*/[^/]*$", each) for each in names(store) if not each.startswith("a/"))


def test_an_existing_dataset_is_kept(store: str) -> None:
    """A second write there is refused before a byte is sent."""
    gf.write_parquet(OLDER, f"{store}/a", partition_by="key")
    before = names(store)
    with pytest.raises(gf.ParquetError, match=f"{store}/a exists; delete it first"):
        gf.write_parquet(NEWER, f"{store}/a", partition_by="key")
    assert before == names(store)


def test_a_missing_bucket_is_told(store: str) -> None:
    """One line with the address."""
    with pytest.raises(gf.ParquetError, match=r"://nowhere/a\.parquet") as caught:
        gf.write_parquet(OLDER, f"{store.removesuffix('bucket')}nowhere/a.parquet")
    assert 1 == len(str(caught.value).splitlines())


@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
def test_an_export_is_the_frame(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the command line, as one file and as a dataset."""
    with gf.sample.serve(200, 4) as api, gf.Client(api.api_key, api.url) as client:
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        frame = gf.load_sessions(client=client)
        for out, *more in ([f"{store}/file.parquet"], [f"{store}/dataset", "--partition-by", "status"]):
            monkeypatch.setattr(sys, "argv", ["galtea-frames", "export", "sessions", "--out", out, *more])
            with pytest.raises(SystemExit) as ended:
                cli.main()
            assert 0 == ended.value.code
            assert_frame_equal(frame, gf.read_parquet(out))


@only_azure
def test_a_mirror_is_synced_and_read(store: str) -> None:
    """At a URL, with the credentials of the environment: first, changed, compacted; frames are the API's."""
    api = DirectTransport([session(number, number) for number in range(20)], [version("a")])
    mirror = gf.Mirror(f"{store}/mirror/")
    assert 20 == mirror.sync(api.client()).new
    api.sessions.update("session_0019", status="FAILED")
    api.sessions.delete("session_0018")
    done = mirror.sync(api.client())
    assert (0, 1, 1) == (done.new, done.changed, done.removed)
    mirror.compact()
    assert_same(mirror, api.client())
    assert {"mirror/sessions", "mirror/versions"} == {"/".join(each.split("/")[:2]) for each in names(store)}


@only_azure
def test_of_two_syncs_at_a_url_one_is_stopped(store: str) -> None:
    """The store lets nobody overwrite a commit: who comes second is told, and no row is doubled."""
    api = DirectTransport([session(number, number) for number in range(20)], [version("a")])
    other = DirectTransport([session(number, number) for number in range(20)], [version("a")])

    def overtaken(number: int) -> None:
        if number == 6:
            gf.Mirror(f"{store}/mirror").sync(other.client())

    api.before = overtaken
    with pytest.raises(gf.MirrorError, match="another sync committed at the same time"):
        gf.Mirror(f"{store}/mirror").sync(api.client(max_workers=1))
    assert 20 == len(gf.Mirror(f"{store}/mirror").load_sessions(include_removed=True))
