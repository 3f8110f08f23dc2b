"""The table in docs/formats.md says what the registry says."""

from annotations.formats import registry
from runner import ROOT

TEXT = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


def test_the_table_has_the_rows_of_the_registry():
    table = [line for line in TEXT.splitlines() if line.startswith("| ")][1:]
    wanted = []
    for row in registry.formats():
        file = f"`{row.file_name}`" if row.file_name else "by command"
        readable = "yes" if row.reader else "no"
        wanted.append(f"| {row.label} | `{row.name}` | {file} | {row.keeps} | {row.loses} | {readable} |")
    assert table == wanted


def test_every_readable_format_says_what_its_archive_must_hold():
    for row in registry.readable():
        assert f"- **{row.label}**: {row.reader.needs}." in TEXT
