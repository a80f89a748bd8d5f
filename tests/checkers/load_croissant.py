"""Load Croissant metadata with mlcroissant and print each record set's rows; runs in that tool's own environment."""

from __future__ import annotations

import json
import sys

import mlcroissant


def show(value: object) -> object:
    """Write a value as JSON has it; a missing number or day is null, whatever pandas makes of it."""
    if isinstance(value, bytes):
        return value.decode()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [show(one) for one in value]
    if value is None or value != value or str(value) == "NaT":  # noqa: PLR0124 - NaN is not equal to itself
        return None
    return value if isinstance(value, (bool, int, float, str)) else str(value)[:10]


dataset = mlcroissant.Dataset(jsonld=sys.argv[1])
rows = {
    records.uuid: [
        {name.partition("/")[2]: show(value) for name, value in record.items()}
        for record in dataset.records(records.uuid)
    ]
    for records in dataset.metadata.record_sets
}
json.dump({"issues": sorted(dataset.metadata.issues.errors), "rows": rows}, sys.stdout)
