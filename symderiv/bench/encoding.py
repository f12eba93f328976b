"""Records of the benchmark as plain data and back; numbers that JSON does not have are words ("inf", "nan")."""

from __future__ import annotations

import json
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class BenchRecordError(ValueError):
    """Data that is no record of the benchmark; the sentence says which field is wrong."""


def encode(value: Any) -> Any:
    """`value` as dictionaries, lists, texts and numbers, in the order of its fields."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [encode(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def shortened(data: Any) -> Any:
    """Plain data with its measured numbers cut to six digits: more of them are noise."""
    if isinstance(data, dict):
        return {name: shortened(each) for name, each in data.items()}
    if isinstance(data, list):
        return [shortened(each) for each in data]
    return float(f"{data:.6g}") if isinstance(data, float) else data


def text_of(record: Any) -> str:
    """`record` as JSON text with a line for each field and for each member of its lists."""
    lines = [f" {json.dumps(name)}: {_field_text(data)}" for name, data in encode(record).items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _field_text(data: Any) -> str:
    if not isinstance(data, list) or not data:
        return json.dumps(data, allow_nan=False)
    return "[\n" + ",\n".join(f"  {json.dumps(each, allow_nan=False)}" for each in data) + "\n ]"


def decode(kind: type[T], data: Any) -> T:
    """The record of type `kind` that `data` holds.

    Raises BenchRecordError naming the field for data of another shape, a missing or an unknown field.
    """
    made: T = _decoded(kind, data, kind.__name__)
    return made


def _decoded(kind: Any, data: Any, place: str) -> Any:
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _record(kind, data, place)
    if origin is tuple:
        if not isinstance(data, list):
            raise BenchRecordError(f"{place} must be a list, not {type(data).__name__}")
        (inner, *_) = get_args(kind)
        return tuple(_decoded(inner, each, f"{place}[{position}]") for position, each in enumerate(data))
    if origin in (Union, types.UnionType):
        if data is None and type(None) in get_args(kind):
            return None
        (inner,) = (each for each in get_args(kind) if each is not type(None))
        return _decoded(inner, data, place)
    if origin is Literal:
        if data not in get_args(kind):
            raise BenchRecordError(f"{place} is {data!r}; it must be one of {', '.join(map(repr, get_args(kind)))}")
        return data
    return _plain(kind, data, place)


def _plain(kind: Any, data: Any, place: str) -> Any:
    if kind is float and data in ("inf", "-inf", "nan"):
        return float(data)
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise BenchRecordError(f"{place} is {data!r}; it must be of type {kind.__name__}")
    return data


def _record(kind: Any, data: Any, place: str) -> Any:
    if not isinstance(data, Mapping):
        raise BenchRecordError(f"{place} must be an object with fields, not {type(data).__name__}")
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    needed = [field.name for field in fields(kind) if field.default is MISSING]
    for name in needed:
        if name not in data:
            raise BenchRecordError(f"{place} has no field {name!r}; was it written by another version of the bench?")
    for name in data:
        if name not in names:
            raise BenchRecordError(f"{place} has an unknown field {name!r}")
    return kind(**{name: _decoded(hints[name], data[name], f"{place}.{name}") for name in names if name in data})
