"""A store that speaks S3, on loopback, with one bucket that keeps every version."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from moto.server import ThreadedMotoServer

from evidence.storage_s3 import S3Place

BUCKET = "evidence-of-ours"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where it is, and a client to look into it past namewatch."""

    place: S3Place
    client: Any

    @property
    def name(self) -> str:
        """The bucket's."""
        return urlsplit(self.place.url).netloc

    def names(self) -> list[str]:
        """What a reader finds."""
        found = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return [one["Key"] for one in found]

    def versions(self) -> dict[tuple[str, str], bytes]:
        """Every version that is kept, and every mark that something was deleted."""
        found = self.client.list_object_versions(Bucket=self.name)
        kept = {
            (one["Key"], one["VersionId"]): self.client.get_object(
                Bucket=self.name, Key=one["Key"], VersionId=one["VersionId"]
            )["Body"].read()
            for one in found.get("Versions", [])
        }
        marks = {(one["Key"], one["VersionId"]): b"" for one in found.get("DeleteMarkers", [])}
        return kept | marks

    def settings(self) -> str:
        """The lines of settings.toml that have evidence kept here."""
        return (
            f'[evidence]\nstore = "{self.place.url}"\nendpoint = "{self.place.endpoint}"\n'
            f'access_key = "{self.place.access_key}"\nsecret_key = "{self.place.secret_key}"\n'
        )


@contextmanager
def s3_server() -> Iterator[S3Place]:
    """Start one without a bucket."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3Place(f"s3://{BUCKET}/one", f"http://{host}:{port}", "us-east-1", "key", "secret")
    finally:
        server.stop()


@contextmanager
def bucket_in(place: S3Place, *, locks: bool = False) -> Iterator[Bucket]:
    """Make the bucket, and in the end empty and remove it.

    `locks`: nothing in it can be deleted by anybody for a year.
    """
    client = boto3.client(
        "s3",
        endpoint_url=place.endpoint,
        region_name=place.region,
        aws_access_key_id=place.access_key,
        aws_secret_access_key=place.secret_key,
    )
    bucket = Bucket(place, client)
    client.create_bucket(Bucket=bucket.name, ObjectLockEnabledForBucket=locks)
    client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    if locks:
        rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 365}}
        client.put_object_lock_configuration(
            Bucket=bucket.name,
            ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule},
        )
    yield bucket
    for key, version in bucket.versions():
        client.delete_object(
            Bucket=bucket.name, Key=key, VersionId=version, BypassGovernanceRetention=locks
        )
    client.delete_bucket(Bucket=bucket.name)
    client.close()
