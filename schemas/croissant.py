"""The tables as Croissant 1.1 metadata, which dataset search engines and machine-learning tools read.

Each table is a record set over the file set of its Parquet files; each file stands there with its hash.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from schemas import TABLES
from schemas.columns import list_columns, list_key
from schemas.descriptions import DATASET_NAME, LIMITS, RIGHTS, SUMMARY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schemas.columns import Column

CONFORMS_TO: Final = "http://mlcommons.org/croissant/1.1"
PARQUET: Final = "application/x-parquet"

_DATA_TYPES: Final = {
    "string": "sc:Text",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "date": "sc:Date",
    "bool": "sc:Boolean",
    "list<string>": "sc:Text",
}

_TERMS: Final = (
    *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty"),
    *("fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5"),
    *("parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator"),
    *("source", "subField", "transform"),
)
_CONTEXT: Final[Mapping[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    **{term: f"cr:{term}" for term in _TERMS},
}


def describe_croissant(
    files: Mapping[str, Iterable[Mapping[str, Any]]], *, release_id: str, version: str, published_on: str
) -> dict[str, Any]:
    """Describe a release as Croissant metadata, in JSON-LD.

    ``files`` are each table's Parquet files with ``path`` (relative to the release), ``bytes`` and ``sha256``;
    ``published_on`` is a day in ISO 8601.
    """
    return {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": DATASET_NAME,
        "description": " ".join([SUMMARY, *LIMITS]),
        "identifier": release_id,
        "version": version,
        "datePublished": published_on,
        "license": RIGHTS,
        "isLiveDataset": False,
        "distribution": [part for table in TABLES for part in _describe_files(table, files[table])],
        "recordSet": [_describe_records(table) for table in TABLES],
    }


def _describe_files(table: str, files: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    objects = [
        {
            "@type": "cr:FileObject",
            "@id": file["path"],
            "name": file["path"],
            "contentUrl": file["path"],
            "contentSize": f"{file['bytes']} B",
            "encodingFormat": PARQUET,
            "sha256": file["sha256"],
        }
        for file in files
    ]
    file_set = {
        "@type": "cr:FileSet",
        "@id": f"{table}-files",
        "name": f"{table}-files",
        "description": f"The Parquet files of table {table}, in the order of its key by name.",
        "encodingFormat": PARQUET,
        "includes": f"{table}/*.parquet",
    }
    return [*objects, file_set]


def _describe_records(table: str) -> dict[str, Any]:
    model = TABLES[table]
    return {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "description": inspect.getdoc(model) or "",
        "key": [{"@id": f"{table}/{column}"} for column in list_key(model)],
        "field": [_describe_field(table, column) for column in list_columns(model)],
    }


def _describe_field(table: str, column: Column) -> dict[str, Any]:
    unit = f" Unit: {column.unit}." if column.unit else ""
    array = {"isArray": True, "arrayShape": "-1"} if column.type_name.startswith("list") else {}
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{column.name}",
        "name": column.name,
        "description": f"{column.description}{unit}",
        "dataType": _DATA_TYPES[column.type_name],
        **array,
        "source": {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": column.name}},
    }
