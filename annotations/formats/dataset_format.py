"""What the registry knows of a dataset format: names, sentences for people, options, writer and reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import IO, Any

from annotations.formats.labels import Reader
from annotations.formats.records import ImageRecord
from annotations.formats.zip_writing import zipped


class Layout(Enum):
    """What a writer makes, and how it is called."""

    FILE = "one file"  # write(content) yields bytes
    ARCHIVE = "a zip archive or a folder"  # write(content) yields zip_writing.Entry
    FOLDER = "a folder"  # write(content, folder) writes the files and returns the count of images


class Content(Enum):
    """What a writer takes."""

    LABELS = "labeled images and their boxes"  # a Dataset
    DEFECTS = "what inspections found"  # an iterable of rows


class Option(StrEnum):
    """What a person can choose for an export; the value is its name in the REST address."""

    SPLIT = "split"
    IMAGES = "images"
    INSPECTION = "inspection"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """What a project gives to a writer; `records` can be read once, `open_file` takes `ImageRecord.file`."""

    name: str
    slug: str
    class_names: Sequence[str]
    records: Iterable[ImageRecord]
    window: tuple[float, float]
    open_file: Callable[[str], IO[bytes]]
    with_images: bool = False


@dataclass(frozen=True, kw_only=True)
class DatasetFormat:
    """One row of the registry.

    `name` is the value of `export --format`. `file_name` is the end of the REST address and of the name of
    the downloaded file; it is empty when only a command can make the export. `reader` is None for a format
    that cannot be imported as an archive. The sentences `used_by`,
    `keeps` and `loses` are shown on the export page and in the documentation.
    """

    name: str
    label: str
    layout: Layout
    write: Callable[..., Any]
    used_by: str
    keeps: str
    loses: str
    reader: Reader | None = None
    file_name: str = ""
    media_type: str = ""
    options: tuple[Option, ...] = (Option.SPLIT,)
    content: Content = Content.LABELS
    # Whether the writer reads `ImageRecord.document`; the documents are large.
    needs_documents: bool = False

    def chunks(self, content: Dataset | Iterable[Sequence[object]]) -> Iterator[bytes]:
        """Yield the bytes of the file, or of the zip archive, while they are made."""
        if self.layout is Layout.FOLDER:
            raise ValueError(f"{self.name} is written into a folder, not as one file")
        made = self.write(content)
        return zipped(made) if self.layout is Layout.ARCHIVE else made
