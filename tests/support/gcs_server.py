"""A Google Cloud Storage server on this machine, until it is terminated; prints its address when it listens."""

import socket
import time

from gcp_storage_emulator.server import create_server

if __name__ == "__main__":
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    create_server("127.0.0.1", port, in_memory=True, default_bucket="bucket").start()
    print(f"http://127.0.0.1:{port}", flush=True)  # noqa: T201 - for who has started it
    while True:
        time.sleep(60)
