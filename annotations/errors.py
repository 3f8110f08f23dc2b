"""Errors of Blemish: each has a status, a code for machines and a sentence for people.

They are DRF exceptions, so that DRF's handler rolls the transaction back; commands and tasks catch
`BlemishError` and show its sentence.
"""

from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException


class BlemishError(APIException):
    """Base: `extra` is added to the body of the answer."""

    status_code: int = status.HTTP_400_BAD_REQUEST
    default_code = "error"
    default_detail = "That cannot be done."

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.extra = extra

    def __str__(self) -> str:
        return str(self.detail)


class StaleVersion(BlemishError):
    """The boxes were saved by somebody else meanwhile; the body carries the current version and boxes."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_version"
    default_detail = "The image was saved by somebody else meanwhile."


class OtherPerson(BlemishError):
    """The page was opened by one person, and another has signed in in its browser since."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_code = "other_person"
    default_detail = "Another person has signed in in this browser meanwhile."


class VersionRequired(BlemishError):
    """A write came without the version that it starts from."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "version_required"
    default_detail = 'Send the version that you edited, as If-Match: "<version>".'


class Leased(BlemishError):
    """Another person holds the image."""

    status_code = status.HTTP_423_LOCKED
    default_code = "leased"
    default_detail = "Another person works on this image."


class InvalidBox(BlemishError):
    """A box that no image can have; `field` names what is wrong."""

    default_code = "invalid_box"
    default_detail = "A box is wrong."


class Conflict(BlemishError):
    """The row is not in the expected state."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
    default_detail = "The state has changed meanwhile; load again."


class InvalidSetting(BlemishError):
    """A setting of a project or a defect type that cannot be; `field` names it."""

    default_code = "invalid_setting"
    default_detail = "A setting is wrong."


class GradeInUse(Conflict):
    """A grade that boxes carry was to be removed."""

    default_code = "grade_in_use"
    default_detail = "Boxes carry this grade."


class NoEngineer(BlemishError):
    """A project would be left without anybody who may change it."""

    default_code = "no_engineer"
    default_detail = "A project needs at least one engineer."


class UnusableFile(BlemishError):
    """An uploaded or imported file that is no whole image; the sentence names it."""

    default_code = "unusable_file"
    default_detail = "The file is not an image that Blemish can read."


class FileTooLarge(UnusableFile):
    """A file or an image over the limits of this installation."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "file_too_large"
    default_detail = "The file is too large."


class DuplicateImage(BlemishError):
    """The project has the same file already; `image` and `name` name it."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "duplicate_image"
    default_detail = "The project has this image already."


class NameTaken(BlemishError):
    """The project has another image of this name."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "name_taken"
    default_detail = "The project has another image of this name."


class StorageFull(BlemishError):
    """No room is left for a file; nothing of it was kept."""

    status_code = status.HTTP_507_INSUFFICIENT_STORAGE
    default_code = "storage_full"
    default_detail = "The disk is full: nothing was kept of this file. Make room and send it again."


class TooMuch(BlemishError):
    """A request with more files, fields or bytes than this installation takes at once."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_much"
    default_detail = "That is too much for one request: send it in smaller parts."
