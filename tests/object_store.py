"""An S3-like object store on this machine."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from unittest.mock import patch
from urllib.request import Request, urlopen

import s3fs
from moto.server import ThreadedMotoServer

BUCKET = "council"
# As operators say it to every tool that speaks with such a store; invented, the store asks nobody.
ACCESS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@contextmanager
def store() -> Generator[s3fs.S3FileSystem]:
    """A store with an empty bucket, for this process and those that it starts."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with patch.dict(os.environ, {**ACCESS, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}):
        # What a store of this process held before is still there.
        urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()
        s3fs.S3FileSystem.clear_instance_cache()
        files = s3fs.S3FileSystem(use_listings_cache=False)
        files.mkdir(BUCKET)
        try:
            yield files
        finally:
            server.stop()
            s3fs.S3FileSystem.clear_instance_cache()


def settings_of(place: str) -> str:
    """The lines of `settings.toml` that put archive and raw there."""
    kept = "\n".join(f'{name} = "s3://{BUCKET}/{place}/{name}"' for name in ("archive", "raw"))
    return f"[storage]\n{kept}\n"
