"""What must be on the server after a fault run, known from what every person meant.

An event is something that one person did: `create`, `set` (one value replaced by another), `delete` (with
what was seen of the box, and the newest version that the page knew) or `keep` (a box that a conflict was
about shall stay). Each value is used once in a run, so a value tells who gave it. `kept` events were written
to the person's disk; one that was not, because its page was killed in that moment, may have happened or not.

Three questions are asked:
- Is every step from one revision to the next explained by its author, who had seen what it replaced?
- Is every event that was kept in the chain of revisions, unless its own person took it back?
- Is the last revision what remains when every value that somebody replaced is gone?
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from annotations.geometry import CORNERS

GROUPS = ("place", "pose")
Content = dict[str, str]


@dataclass(frozen=True)
class Step:
    """One revision: its author, and each box's content by id."""

    version: int
    author: str | None
    boxes: dict[str, Content]


@dataclass
class History:
    """The events and revisions of one image."""

    steps: Sequence[Step]
    events: Sequence[dict]
    faults: list[str] = field(default_factory=list)

    def of(self, what: str, box: str, person: str | None = None) -> list[dict]:
        """Return the events `what` about `box`, by `person` when one is named."""
        named = (event for event in self.events if event["what"] == what and event["box"] == box)
        return [event for event in named if person is None or event["person"] == person]


def check(steps: Sequence[Step], events: Sequence[dict]) -> list[str]:
    """Return what is wrong with `steps` (oldest first, versions without a gap), given what people meant."""
    history = History(steps, events)
    _check_chain(history)
    _check_steps(history)
    _check_nothing_is_lost(history)
    _check_end(history)
    return history.faults


def content_of(box: dict) -> Content:
    """Return what the model knows of a `box` on the wire: place and pose, as the clients write them."""
    sides = (_number(box[side]) for side in CORNERS)
    return {"place": " ".join(sides), "pose": box["pose"]}


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _check_chain(history: History) -> None:
    versions = [step.version for step in history.steps]
    if versions != list(range(1, len(versions) + 1)):
        history.faults.append(f"the versions are no chain: {versions[:5]} … {versions[-5:]}")


def _reaches(edges: dict[str, set[str]], start: str, goal: str) -> bool:
    """Return whether `goal` can be reached from `start` by replacing values."""
    seen, todo = {start}, [start]
    while todo:
        value = todo.pop()
        if value == goal:
            return True
        new = edges.get(value, set()) - seen
        seen |= new
        todo.extend(new)
    return False


def _saw(own: Sequence[dict], event: dict, content: Content) -> bool:
    """Return whether who deleted a box had seen `content`, or made of it what he deleted."""
    return all(
        _reaches(_edges(own, event["box"], group), content[group], event["seen"][group]) for group in GROUPS
    )


def _edges(events: Iterable[dict], box: str, group: str) -> dict[str, set[str]]:
    edges = defaultdict(set)
    for event in events:
        if event["what"] == "set" and event["box"] == box and event["group"] == group:
            edges[event["from"]].add(event["to"])
    return edges


def _check_steps(history: History) -> None:
    before: dict[str, Content] = {}
    by_person = defaultdict(list)
    for event in history.events:
        by_person[event["person"]].append(event)
    for step in history.steps:
        where = f"version {step.version} by {step.author}"
        own = by_person[step.author]
        for box in before.keys() | step.boxes.keys():
            old, new = before.get(box), step.boxes.get(box)
            if old == new:
                continue
            if old is None:
                if not any(e["box"] == box and e["what"] in ("create", "keep") for e in own):
                    history.faults.append(f"{where}: box {box} came from nowhere")
            elif new is None:
                if not any(_saw(own, event, old) for event in history.of("delete", box, step.author)):
                    history.faults.append(f"{where}: box {box} was removed as {old}, which nobody did")
            else:
                for group in GROUPS:
                    if old[group] == new[group]:
                        continue
                    if not _reaches(_edges(own, box, group), old[group], new[group]):
                        sentence = f"{where}: {group} of {box} was overwritten unseen"
                        history.faults.append(f"{sentence}: {old[group]} by {new[group]}")
        before = step.boxes


def _check_nothing_is_lost(history: History) -> None:
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    for step in history.steps:
        for box, content in step.boxes.items():
            for group in GROUPS:
                values[box, group].add(content[group])
    last = history.steps[-1].boxes if history.steps else {}
    for event in history.events:
        if not event["kept"]:
            continue
        box, person = event["box"], event["person"]
        if event["what"] == "set":
            if event["to"] not in values[box, event["group"]] and not _taken_back(history, event, values):
                history.faults.append(f"{person}'s {event['group']} of {box} was lost: {event['to']}")
        elif event["what"] == "create":
            arrived = any(box in step.boxes for step in history.steps)
            if not arrived and not history.of("delete", box, person):
                history.faults.append(f"{person}'s box {box} was lost")
        elif event["what"] == "delete" and box in last and not _deletion_is_undone(history, event):
            history.faults.append(f"{person}'s deletion of {box} was lost")


def _taken_back(history: History, event: dict, values: dict) -> bool:
    """Return whether the person replaced or deleted what `event` set before it was ever saved."""
    box, group, person = event["box"], event["group"], event["person"]
    for later in history.of("set", box, person):
        is_next = later["group"] == group and later["from"] == event["to"]
        if is_next and (later["kept"] or later["to"] in values[box, group]):
            return True
    return any(gone["seen"][group] == event["to"] for gone in history.of("delete", box, person))


def _was_brought_back_unseen(history: History, event: dict) -> bool:
    """Return whether another page brought the box back, in a version that the deleting page had not seen.

    Both pages act at the same time, so the order of the log says nothing: the box was deleted, brought back
    by undo, and deleted again by a page that still showed the box as it was at first.
    """
    box = event["box"]
    was_ever_there, is_there = False, False
    for step in history.steps:
        was_there, is_there = is_there, box in step.boxes
        is_back = is_there and not was_there and was_ever_there
        was_ever_there |= is_there
        if not is_back or step.version <= event.get("version", step.version):
            continue
        if any(made.get("tab") != event.get("tab") for made in history.of("create", box, step.author)):
            return True
    return False


def _deletion_is_undone(history: History, event: dict) -> bool:
    """Return whether somebody wanted the box: kept it, brought it back, or had changed it unseen."""
    box = event["box"]
    if history.of("keep", box):
        return True
    if any(made["number"] > event["number"] for made in history.of("create", box)):
        return True
    if _was_brought_back_unseen(history, event):
        return True
    for change in history.of("set", box):
        edges = _edges(history.events, box, change["group"])
        is_seen = _reaches(edges, change["to"], event["seen"][change["group"]])
        if change["person"] != event["person"] and not is_seen:
            return True
    return False


def _check_end(history: History) -> None:
    last = history.steps[-1].boxes if history.steps else {}
    for box, content in last.items():
        for group in GROUPS:
            edges = _edges((event for event in history.events if event["kept"]), box, group)
            value = content[group]
            for newer in edges.get(value, set()):
                # A box that was deleted as it was then, and brought back by undo, is as it was before.
                ends = [value, *(gone["seen"][group] for gone in history.of("delete", box))]
                if not any(_reaches(edges, newer, end) for end in ends):
                    history.faults.append(f"at the end {group} of {box} is {value}, which {newer} replaced")
    for event in history.events:
        if event["what"] != "create" or not event["kept"] or event["box"] in last:
            continue
        if not history.of("delete", event["box"]):
            history.faults.append(f"at the end box {event['box']} is not there, and nobody deleted it")
