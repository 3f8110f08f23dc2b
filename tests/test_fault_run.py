"""A fault run in small, and the model that judges one: it must see what it is there to see."""

import json
import subprocess
import sys

import pytest

from benchmarks.faultrun.model import Step, check, content_of
from runner import ROOT

A = {"place": "0 0 10 10", "pose": "anna 1"}


def event(number: int, what: str, person: str = "anna", box: str = "a", **more) -> dict:
    return {"number": number, "what": what, "person": person, "box": box, "kept": True, **more}


def moved(place: str) -> dict:
    return A | {"place": place}


def set_place(number: int, before: str, after: str, person: str = "anna", **more) -> dict:
    return event(number, "set", person, group="place", **{"from": before, "to": after}, **more)


CREATED = event(0, "create", values=A)
FIRST = Step(1, "anna", {"a": A})


def test_what_its_author_meant_is_no_fault():
    steps = [FIRST, Step(2, "igor", {"a": moved("p2")}), Step(3, "anna", {})]
    events = [CREATED, set_place(1, A["place"], "p2", "igor"), event(2, "delete", seen=moved("p2"))]
    assert check(steps, events) == []


def test_a_change_of_several_steps_is_explained_as_one():
    events = [CREATED, set_place(1, A["place"], "p2"), set_place(2, "p2", "p3")]
    assert check([FIRST, Step(2, "anna", {"a": moved("p3")})], events) == []


def test_a_silent_overwrite_is_seen():
    steps = [FIRST, Step(2, "igor", {"a": moved("p2")}), Step(3, "anna", {"a": moved("p3")})]
    events = [CREATED, set_place(1, A["place"], "p2", "igor"), set_place(2, A["place"], "p3")]
    assert any("overwritten unseen" in fault for fault in check(steps, events))
    chosen = set_place(3, "p2", "p3")
    assert check(steps, [*events, chosen]) == []


@pytest.mark.parametrize(
    ("steps", "events", "word"),
    [
        ([], [CREATED], "box a was lost"),
        ([FIRST], [], "came from nowhere"),
        ([FIRST, Step(2, "igor", {})], [CREATED], "which nobody did"),
        ([FIRST, Step(2, "igor", {})], [CREATED, event(1, "delete", seen=A)], "which nobody did"),
        ([FIRST], [CREATED, event(1, "delete", seen=A)], "deletion of a was lost"),
        ([FIRST], [CREATED, set_place(1, A["place"], "p2")], "place of a was lost"),
        ([FIRST, Step(3, "anna", {"a": A})], [CREATED], "no chain"),
        (
            [FIRST, Step(2, "anna", {"a": moved("p2")}), Step(3, "igor", {"a": A})],
            [CREATED, set_place(1, A["place"], "p2"), set_place(2, "p2", A["place"], "igor", kept=False)],
            "which p2 replaced",
        ),
    ],
)
def test_what_is_lost_or_nobodys_is_seen(steps, events, word):
    assert any(word in fault for fault in check(steps, events))


def test_a_deletion_gives_way_to_a_change_that_was_not_seen():
    steps = [FIRST, Step(2, "igor", {"a": moved("p2")})]
    events = [CREATED, set_place(1, A["place"], "p2", "igor"), event(2, "delete", seen=A)]
    assert check(steps, events) == []


# Anna's page deletes the box and undoes that; Igor's page, which knows of neither, moves and deletes the box.
BROUGHT_BACK = [FIRST, Step(2, "anna", {}), Step(3, "igor", {}), Step(4, "anna", {"a": A})]
UNDONE = [
    CREATED | {"tab": "anna's"},
    event(1, "delete", seen=A, tab="anna's", version=1),
    event(2, "create", values=A, tab="anna's"),
    set_place(3, A["place"], "p2", "igor", tab="igor's"),
]


def test_a_deletion_gives_way_to_an_undo_that_its_page_had_not_seen():
    gone = event(4, "delete", "igor", seen=moved("p2"), tab="igor's", version=1)
    assert check(BROUGHT_BACK, [*UNDONE, gone]) == []


def test_a_deletion_of_what_its_page_had_seen_come_back_is_lost():
    gone = event(4, "delete", "igor", seen=moved("p2"), tab="igor's", version=4)
    assert any("deletion of a was lost" in fault for fault in check(BROUGHT_BACK, [*UNDONE, gone]))


def test_the_first_arrival_of_a_box_brings_nothing_back():
    gone = event(1, "delete", seen=A, tab="a second page", version=0)
    assert any(
        "deletion of a was lost" in fault for fault in check([FIRST], [CREATED | {"tab": "a page"}, gone])
    )


def test_what_was_not_written_before_its_page_was_killed_may_be_missing():
    assert check([FIRST], [CREATED, set_place(1, A["place"], "p2", kept=False)]) == []


def test_numbers_are_written_as_the_clients_write_them():
    box = {"xmin": 1.0, "ymin": 0.1234567, "xmax": 20.5, "ymax": 3.0, "pose": "p"}
    assert content_of(box) == {"place": "1 0.1234567 20.5 3", "pose": "p"}


@pytest.mark.slow
def test_a_small_fault_run_loses_nothing(tmp_path):
    figures = tmp_path / "faults.json"
    script = ROOT / "benchmarks" / "faults.py"
    size = ["--operations", "240", "--clients", "4", "--images", "2", "--restarts", "1", "--json", figures]
    run = subprocess.run(
        [sys.executable, script, *size], capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL
    )
    assert run.returncode == 0, run.stdout + run.stderr
    found = json.loads(figures.read_text())
    assert found["operations"] >= 240
    assert found["faults"] == []
    assert sum(found["injected"].values()) > 20
