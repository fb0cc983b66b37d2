"""Evidence in an S3-compatible store: written once by a condition that the store itself keeps."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from evidence.errors import NotKeptError, StorageError
from evidence.storage import checked_name, replaceable

PROBE, FORGETS = ".write-once", ".forgets"
_TRIES = 4
_LIMITS = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": _TRIES},
    # Checksums of its own kind are asked only of a store that demands them: others don't know them.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


@dataclass(frozen=True, slots=True)
class S3Place:
    """Where the store is and how to get in; without keys the machine's own role is used."""

    url: str
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str = ""
    secret_key: str = field(default="", repr=False)


class S3Storage:
    """A bucket, or a part of one, that keeps to `evidence.storage.Storage`."""

    def __init__(self, place: S3Place) -> None:
        """Connects when it is first used; the bucket has to be there."""
        parts = urlsplit(place.url)
        self._bucket, self._prefix = parts.netloc, parts.path.strip("/")
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=place.endpoint,
            region_name=place.region,
            aws_access_key_id=place.access_key or None,
            aws_secret_access_key=place.secret_key or None,
            config=_LIMITS.merge(
                Config(s3={"addressing_style": "path" if place.endpoint else "auto"})
            ),
        )
        self._writes_once = False

    def trial(self) -> str | None:
        """One plain sentence on why evidence can't be kept there; None when it can."""
        try:
            self._check_that_it_writes_once()
            self._check_that_it_forgets()
        except StorageError as fault:
            return str(fault)
        return None

    def write_new(self, name: str, content: bytes) -> bool:
        """Whole or not at all: the store shows nothing of it before it is whole."""
        self._check_that_it_writes_once()
        return self._put_new(self._key(name), content)

    def read(self, name: str) -> bytes:  # noqa: D102
        with _told_plainly():
            answer = self._client.get_object(Bucket=self._bucket, Key=self._key(name))
            content: bytes = answer["Body"].read()
            return content

    def has(self, name: str) -> bool:  # noqa: D102
        try:
            self._about(self._key(name))
        except NotKeptError:
            return False
        return True

    def names(self, reference: str) -> list[str]:  # noqa: D102
        folder = self._key(f"{reference}/x").removesuffix("x")
        pages = self._client.get_paginator("list_objects_v2")
        with _told_plainly():
            asked = pages.paginate(Bucket=self._bucket, Prefix=folder, Delimiter="/")
            found = [one["Key"] for page in asked for one in page.get("Contents", [])]
        return sorted(key.removeprefix(folder) for key in found)

    def replace(self, name: str, content: bytes) -> None:
        """Versions of before are removed: a wrapped key that was replaced must open nothing."""
        replaceable(name)
        key = self._key(name)
        with _told_plainly():
            self._put(key, content)
            self._remove_versions(key, latest_too=False)

    def remove(self, name: str) -> None:
        """With every version of it that the store keeps."""
        key = self._key(name)
        with _told_plainly():
            self._remove_all(key)

    def _key(self, name: str) -> str:
        return self._below_prefix(checked_name(name))

    def _below_prefix(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    def _about(self, key: str) -> dict[str, Any]:
        with _told_plainly():
            about: dict[str, Any] = self._client.head_object(Bucket=self._bucket, Key=key)
            return about

    def _put(self, key: str, content: bytes, **conditions: object) -> None:
        """The store refuses what arrives otherwise than it was sent."""
        md5 = hashlib.md5(content, usedforsecurity=False).digest()
        self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=content,
            ContentMD5=base64.b64encode(md5).decode(),
            ContentType="application/octet-stream",
            **conditions,
        )

    def _put_new(self, key: str, content: bytes) -> bool:
        draft = secrets.token_hex(16)
        for _ in range(_TRIES):
            try:
                with _told_plainly():
                    self._put(key, content, IfNoneMatch="*", Metadata={"draft": draft})
            except _TakenError:
                # A write whose answer was lost is sent again, and then meets itself.
                return bool(self._about(key).get("Metadata", {}).get("draft") == draft)
            except _BusyError:
                continue
            return True
        raise StorageError("The store is busy with another write of this name.", again=True)

    def _check_that_it_writes_once(self) -> None:
        """Some stores pass over the condition in silence and would write over evidence."""
        if self._writes_once:
            return
        key = self._below_prefix(PROBE)
        self._put_new(key, b"This store was asked whether it writes once.\n")
        if self._put_new(key, b"It does not.\n"):
            raise StorageError(
                "This store writes over what is there (it passes over If-None-Match), so no"
                " evidence can be kept in it."
            )
        self._writes_once = True

    def _check_that_it_forgets(self) -> None:
        """A lock on the bucket, or rights that are too few, keep what is deleted."""
        key = self._below_prefix(FORGETS)
        try:
            with _told_plainly():
                self._put(key, b"This store was asked whether it forgets.\n")
                self._remove_all(key)
        except StorageError as fault:
            raise StorageError(
                f"This store keeps what is deleted, so nothing in it can be erased. {fault}"
                " Take the lock off the bucket, and allow that versions are listed and deleted."
            ) from None

    def _remove_all(self, key: str) -> None:
        self._remove_versions(key, latest_too=True)
        self._client.delete_object(Bucket=self._bucket, Key=key)
        self._remove_versions(key, latest_too=True)  # and the mark that it was deleted

    def _remove_versions(self, key: str, *, latest_too: bool) -> None:
        pages = self._client.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self._bucket, Prefix=key):
            for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                if one["Key"] == key and (latest_too or not one["IsLatest"]):
                    self._client.delete_object(
                        Bucket=self._bucket, Key=key, VersionId=one["VersionId"]
                    )


class _TakenError(StorageError):
    """This name is taken."""


class _BusyError(StorageError):
    """Somebody else is writing this name at this moment."""


@contextmanager
def _told_plainly() -> Iterator[None]:
    """The store's own words may hold addresses and names, so its code alone is told."""
    try:
        yield
    except ClientError as fault:
        code = str(fault.response.get("Error", {}).get("Code", ""))
        match code:
            case "404" | "NoSuchKey" | "NotFound":
                raise NotKeptError from None
            case "412" | "PreconditionFailed":
                raise _TakenError from None
            case "409" | "ConditionalRequestConflict":
                raise _BusyError from None
            case "NoSuchBucket":
                raise StorageError("There is no such bucket in the store.", again=True) from None
            case _:
                said = code if code.isalnum() else "an unknown answer"
                raise StorageError(f"The store refused ({said}).", again=True) from None
    except (BotoCoreError, OSError) as fault:
        kind = type(fault).__name__
        raise StorageError(f"The store could not be reached ({kind}).", again=True) from None
