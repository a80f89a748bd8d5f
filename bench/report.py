"""Measure how long the report of a large release takes: an invented release, its tables repeated until they are large.

    python bench/report.py [--papers 1000000] [--dumps 60]

Ids of the repetitions are other ids; texts are the same ones. Prints CPU seconds and the page's size.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # bench/ is no package

from etl.load.duckdb_names import quote_text  # noqa: E402
from etl.load.reader import Release  # noqa: E402
from etl.load.tables import select_table  # noqa: E402
from etl.load.warehouse import Warehouse  # noqa: E402
from etl.pipeline import build  # noqa: E402
from etl.report.page import render_report  # noqa: E402
from etl.sample import write_sample  # noqa: E402
from etl.stages.collect import InputOptions  # noqa: E402
from schemas import TABLES  # noqa: E402
from schemas.columns import list_columns, list_key  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping

IDS = ("paper_id", "dump_id", "alias_id", "other_paper_id", "other_dump_id", "matched_dump_id")


def repeat_tables(release: Release, times: int, folder: Path) -> Release:
    """Write a release whose tables are those of another one, so many times over, with ids of their own."""
    tables: dict[str, Mapping[str, object]] = {}
    with duckdb.connect(config={"memory_limit": "4GB", "temp_directory": str(folder / "spill")}) as connection:
        for table in TABLES:
            names = [column.name for column in list_columns(TABLES[table])]
            other = ", ".join(f"md5({name} || part) AS {name}" for name in IDS if name in names)
            columns = f"* EXCLUDE (part) REPLACE ({other})" if other else "* EXCLUDE (part)"
            source = select_table(table, release.list_files(table))
            target = folder / f"{table}.parquet"
            connection.execute(f"CREATE OR REPLACE VIEW once AS {source}")
            connection.execute(
                f"COPY (FROM once CROSS JOIN (SELECT unnest(range({times}))::VARCHAR AS part) SELECT {columns} "
                f"ORDER BY {', '.join(list_key(TABLES[table]))}) TO {quote_text(str(target))} "
                "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 40960)"
            )
            rows = release.manifest["tables"][table]["rows"] * times
            tables[table] = {"rows": rows, "files": [{"path": target.name}]}
    return Release("large", folder, {**release.manifest, "tables": tables})


def main() -> int:
    """Build, repeat, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=1_000_000)
    parser.add_argument("--dumps", type=int, default=60)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_sample(folder / "dumps", dumps=arguments.dumps, seed=1)
        small = build(Warehouse(folder / "warehouse"), InputOptions((folder / "dumps",))).release
        times = max(1, round(arguments.papers / small.manifest["tables"]["papers"]["rows"]))
        (folder / "large").mkdir()
        for release in (small, repeat_tables(small, times, folder / "large")):
            started = time.process_time()
            page = render_report(release)
            seconds = time.process_time() - started
            rows = release.manifest["tables"]["papers"]["rows"]
            print(f"{rows:,} papers: {seconds:.1f} CPU seconds, {len(page.encode()) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
