from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from schemas import CONTRACT_VERSION, TABLES
from schemas.contract import describe_contract, render_contract

FROZEN = Path(__file__).parent / "contract.json"
COMMAND = "python -m schemas.contract > tests/schemas/contract.json"


def test_contract_is_the_frozen_one() -> None:
    changed = (
        f"The tables are not those of {FROZEN.name}. If the change is meant, raise CONTRACT_VERSION (a new column or "
        f"code is a minor version, anything else a major one), add a changelog line and run: {COMMAND}"
    )

    assert json.loads(FROZEN.read_text(encoding="utf-8")) == describe_contract(), changed


def test_frozen_file_is_what_the_command_writes(repo_root: Path) -> None:
    run = subprocess.run(
        [sys.executable, *COMMAND.split()[1:3]], cwd=repo_root, capture_output=True, text=True, check=True
    )

    assert run.stdout == render_contract()
    assert FROZEN.read_text(encoding="utf-8") == run.stdout, f"run: {COMMAND}"


def test_contract_tells_all_that_others_rely_on() -> None:
    contract = describe_contract()
    links = contract["tables"]["links"]

    assert contract["contract_version"] == CONTRACT_VERSION
    assert list(contract["tables"]) == list(TABLES)
    assert links["key"] == ["paper_id", "position"]
    assert links["columns"][1] == {
        "name": "position",
        "type": "int32",
        "nullable": False,
        "unit": "links",
        "codes": [],
        "checks": {"greater_than_or_equal_to": {"min_value": 0}},
    }
    assert links["columns"][-1]["codes"][0] == "code"


def test_only_inputs_stay_outside_the_content() -> None:
    tables = describe_contract()["tables"]

    assert [name for name, table in tables.items() if not table["in_content_id"]] == ["inputs"]
