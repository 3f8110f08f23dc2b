"""Packages are installed when the pinned requirements change, and a half-finished installation is redone."""

from pathlib import Path

import pytest

from runner import Failure, installation


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty checkout whose requirements name nothing, so that pip ends at once."""
    venv = tmp_path / ".venv"
    monkeypatch.setattr(installation, "ROOT", tmp_path)
    monkeypatch.setattr(installation, "VENV", venv)
    monkeypatch.setattr(installation, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(installation, "STAMP", venv / "installed.json")
    monkeypatch.setattr(installation, "UNFINISHED", venv / "unfinished")
    (tmp_path / "requirements.txt").write_text("-c constraints.txt\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\n")
    (tmp_path / "constraints.txt").write_text("")
    return tmp_path


def test_requirements_are_read_with_all_that_they_name(checkout: Path) -> None:
    names = [path.name for path in installation.files_of("requirements-dev.txt")]
    assert names == ["requirements-dev.txt", "requirements.txt", "constraints.txt"]


def test_a_changed_constraint_changes_the_digest(checkout: Path) -> None:
    before = installation.digest("requirements.txt")
    (checkout / "constraints.txt").write_text("six==1.17.0\n")
    assert installation.digest("requirements.txt") != before


def test_a_missing_requirements_file_is_named(checkout: Path) -> None:
    with pytest.raises(Failure, match=r"requirements-none\.txt is missing"):
        installation.install("requirements-none.txt")


@pytest.mark.slow
def test_an_environment_is_made_once_and_filled_again_only_after_a_change(
    checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    installation.install("requirements-dev.txt")
    assert "Making a virtual environment" in capfd.readouterr().out
    installation.install("requirements-dev.txt")
    installation.install("requirements.txt")  # part of the first
    assert capfd.readouterr().out == ""
    (checkout / "requirements.txt").write_text("-c constraints.txt\n# changed\n")
    installation.install("requirements.txt")
    assert capfd.readouterr().out.startswith("Installing requirements.txt")


@pytest.mark.slow
def test_a_half_finished_installation_is_redone_from_the_start(checkout: Path) -> None:
    installation.install("requirements.txt")
    leftover = checkout / ".venv" / "leftover"
    leftover.touch()
    installation.UNFINISHED.touch()  # as a kill in mid-installation leaves it
    installation.install("requirements.txt")
    assert not leftover.exists()
    assert not installation.UNFINISHED.exists()


def test_a_full_disk_is_said_before_anything_is_made(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "ROOM", 2**60)
    with pytest.raises(Failure, match="The disk is full"):
        installation.install()
    assert not installation.VENV.exists()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "The disk is full"),
        (
            "WARNING: Retrying after connection broken by 'NameResolutionError'\n"
            "ERROR: No matching distribution found for Django==5.2.19",
            "The package index cannot be reached",
        ),
        ("ERROR: No matching distribution found for lxml==6.1.3", r"No package fits lxml==6\.1\.3"),
        ("ERROR: Hash mismatch of six", "Hash mismatch of six"),
    ],
)
def test_a_failed_installation_is_explained_in_a_sentence(output: str, sentence: str) -> None:
    with pytest.raises(Failure, match=sentence):
        raise Failure(installation.explain(output))
