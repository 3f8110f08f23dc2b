"""Settings that describe themselves: fields of a frozen dataclass, each with a sentence and its range.

Forms, the REST schema and the checks are driven by these fields: a new one appears everywhere by itself.

    @dataclass(frozen=True)
    class NetworkConfig:
        input_size: int = setting(224, "Pixels a side.", label="Input size", least=32, simple=True)
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference.setting_names import present_names

WORDS = {bool: "true or false", str: "a text", int: "a whole number", float: "a number"}


class BadOption(ValueError):
    """A value that a setting cannot have; `name` is the setting's, the text is a sentence."""

    def __init__(self, name: str, sentence: str) -> None:
        self.name = name
        super().__init__(sentence)


def setting(
    default: Any,
    sentence: str,
    *,
    label: str = "",
    simple: bool = False,
    least: float | None = None,
    most: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Return a dataclass field with `default`; `sentence` says what it does, `simple` puts it first."""
    metadata = {
        "sentence": sentence,
        "label": label,
        "simple": simple,
        "least": least,
        "most": most,
        "choices": tuple(choices),
    }
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Option:
    """One setting as people see it.

    `value_type` is bool, int, float or str; where `many` is true, that of each part.
    """

    name: str
    label: str
    sentence: str
    value_type: type
    default: Any
    optional: bool = False  # None is a value: it is chosen by itself
    many: bool = False
    simple: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> Any:
        """Return `value` as the setting holds it; raises BadOption with a sentence."""
        if value is None and self.optional:
            return None
        if not self.many:
            return self._check_one(value)
        if not isinstance(value, list | tuple):
            raise BadOption(self.name, f"{self.name} must be a list of numbers, not {value!r}.")
        return tuple(self._check_one(part) for part in value)

    def _check_one(self, value: Any) -> Any:
        right = {
            bool: isinstance(value, bool),
            str: isinstance(value, str),
            int: isinstance(value, int) and not isinstance(value, bool),
            float: isinstance(value, int | float) and not isinstance(value, bool),
        }[self.value_type]
        if not right:
            raise BadOption(self.name, f"{self.name} must be {WORDS[self.value_type]}, not {value!r}.")
        if self.choices and value not in self.choices:
            raise BadOption(self.name, f"{self.name} must be one of {', '.join(self.choices)}.")
        # A comparison that is false for "not a number" too.
        if self.least is not None and not value >= self.least:
            raise BadOption(self.name, f"{self.name} must be at least {self.least:g}.")
        if self.most is not None and not value <= self.most:
            raise BadOption(self.name, f"{self.name} must be at most {self.most:g}.")
        return value


def options_of(config: type) -> list[Option]:
    """Return the settings of the dataclass `config` in their order; a field of another type is left out."""
    hints = typing.get_type_hints(config)
    found = (_describe(field, hints[field.name]) for field in dataclasses.fields(config))
    return [option for option in found if option is not None]


def check(config: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values` as the fields of `config` hold them; former names become the present ones.

    Raises BadOption for the first wrong or unknown setting.
    """
    known = {option.name: option for option in options_of(config)}
    values = present_names(values)
    for name in values:
        if name not in known:
            raise BadOption(name, f"There is no setting {name!r}; known are {', '.join(sorted(known))}.")
    return {name: known[name].check(value) for name, value in values.items()}


def _describe(field: dataclasses.Field[Any], hint: Any) -> Option | None:
    hints = [hint]
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        hints = [part for part in typing.get_args(hint) if part is not type(None)]
    many = typing.get_origin(hints[0]) is tuple
    value_type = typing.get_args(hints[0])[0] if many else hints[0]
    if value_type not in WORDS or field.default is dataclasses.MISSING:
        return None
    facts = field.metadata
    return Option(
        name=field.name,
        label=facts.get("label") or _name(field.name),
        sentence=facts.get("sentence", ""),
        value_type=value_type,
        default=field.default,
        optional=hints[0] is not hint,
        many=many,
        **{name: facts[name] for name in ("simple", "least", "most", "choices") if name in facts},
    )


def _name(name: str) -> str:
    """Return a field's name as words: iou_power becomes IoU power."""
    words = ["IoU" if word == "iou" else word for word in name.split("_")]
    return " ".join([words[0][0].upper() + words[0][1:], *words[1:]])
