"""An S3 server on this machine, until it is terminated; prints its address when it listens."""

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

if __name__ == "__main__":
    listening = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    print(f"http://127.0.0.1:{listening.server_port}", flush=True)  # noqa: T201 - for who has started it
    listening.serve_forever()
