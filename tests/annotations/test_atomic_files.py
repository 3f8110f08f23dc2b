"""A file or folder is there whole or not at all, whatever happens while it is written."""

import os
import subprocess
import sys

import pytest

from annotations.atomic_files import atomic_write, temporary_sibling


def test_a_file_appears_when_the_block_ends_and_replaces_the_old_one(tmp_path):
    path = tmp_path / "model.json"
    path.write_text("old")
    with atomic_write(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"
        assert (draft.parent, draft.suffix) == (path.parent, ".json")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_appears_with_everything_in_it(tmp_path):
    path = tmp_path / "detector"
    with atomic_write(path) as draft:
        (draft / "saved_model").mkdir(parents=True)
        (draft / "model.json").write_text("{}")
        assert not path.exists()
    assert sorted(entry.name for entry in path.iterdir()) == ["model.json", "saved_model"]
    assert list(tmp_path.iterdir()) == [path]


def test_an_empty_folder_is_replaced_and_one_with_files_is_kept(tmp_path):
    path = tmp_path / "detector"
    path.mkdir()
    with atomic_write(path) as draft:
        draft.mkdir()
        (draft / "first").touch()

    def write_again():
        with atomic_write(path) as draft:
            draft.mkdir()
            (draft / "second").touch()

    with pytest.raises(OSError, match="not empty"):
        write_again()
    assert [entry.name for entry in path.iterdir()] == ["first"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_an_error_leaves_the_old_one_and_nothing_beside_it(tmp_path, kind, error):
    path = tmp_path / "model"
    path.write_text("old")

    def fail():
        with atomic_write(path) as draft:
            if kind == "folder":
                draft.mkdir()
                draft = draft / "half"
            draft.write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_process_that_is_killed_leaves_the_old_file_and_the_next_one_succeeds(tmp_path):
    path = tmp_path / "state.npz"
    path.write_text("old")
    script = (
        "import os, sys, pathlib\n"
        "from annotations.atomic_files import atomic_write\n"
        "with atomic_write(pathlib.Path(sys.argv[1])) as draft:\n"
        "    draft.write_text('half')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(path)], timeout=60)
    assert killed.returncode == -9
    assert path.read_text() == "old"
    (left,) = (entry.name for entry in tmp_path.iterdir() if entry != path)
    assert left.startswith(".unfinished-")
    with atomic_write(path) as draft:
        draft.write_text("new")
    assert path.read_text() == "new"


def test_two_writers_of_one_file_have_their_own_drafts_and_the_last_one_stays(tmp_path):
    path = tmp_path / "log.csv"
    with atomic_write(path) as first:
        first.write_text("first")
        with atomic_write(path) as second:
            second.write_text("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first"


def test_a_durable_file_is_flushed_before_it_gets_its_name(tmp_path, monkeypatch):
    path, order = tmp_path / "state.npz", []
    flush, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("flush"), flush(fd)))
    monkeypatch.setattr(os, "replace", lambda old, new: (order.append("rename"), replace(old, new)))
    with atomic_write(path, durable=True) as draft:
        draft.write_text("state")
    assert order == ["flush", "rename"]
    with atomic_write(path) as draft:
        draft.write_text("state")
    assert order == ["flush", "rename", "rename"]


def test_a_disk_that_is_full_at_the_flush_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "state.npz"
    path.write_text("old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    def write():
        with atomic_write(path, durable=True) as draft:
            draft.write_text("new")

    with pytest.raises(OSError, match="No space left"):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_temporary_sibling_may_be_unused_or_moved_away(tmp_path):
    with temporary_sibling(tmp_path / "a.png"):
        pass
    with temporary_sibling(tmp_path / "a.png") as draft:
        draft.touch()
        draft.rename(tmp_path / "b.png")
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.png"]
