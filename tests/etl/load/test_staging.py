from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from etl.load.files import seal_folder
from etl.load.staging import hold_staging, sweep_staging
from etl.load.warehouse import WarehouseUnwritableError

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse

DIE = """
import os, sys
from pathlib import Path
from etl.load.staging import hold_staging
from etl.load.warehouse import Warehouse
with hold_staging(Warehouse(Path(sys.argv[1]))) as folder:
    (folder / "half").write_text("done")
    os._exit(9)
"""


@pytest.fixture(autouse=True)
def _folders(warehouse: Warehouse) -> None:
    warehouse.create_folders()


def test_folder_is_gone_with_its_block(warehouse: Warehouse) -> None:
    with hold_staging(warehouse) as folder:
        (folder / "release").mkdir()
        seal_folder(folder / "release")
        assert folder.parent == warehouse.staging

    assert list(warehouse.staging.iterdir()) == []


def test_folder_is_gone_after_an_error(warehouse: Warehouse) -> None:
    with pytest.raises(ZeroDivisionError), hold_staging(warehouse):
        raise ZeroDivisionError

    assert list(warehouse.staging.iterdir()) == []


def test_folder_of_the_living_is_not_swept(warehouse: Warehouse) -> None:
    with hold_staging(warehouse) as folder:
        assert sweep_staging(warehouse) == []
        assert folder.is_dir()


def test_folder_of_the_dead_is_swept(warehouse: Warehouse, repo_root: Path) -> None:
    run = subprocess.run([sys.executable, "-c", DIE, str(warehouse.root)], cwd=repo_root, check=False)
    assert run.returncode == 9
    (left,) = warehouse.staging.iterdir()
    assert (left / "half").is_file()

    assert sweep_staging(warehouse) == [left]
    assert list(warehouse.staging.iterdir()) == []


def test_folder_without_owner_is_swept(warehouse: Warehouse) -> None:
    (warehouse.staging / "abandoned" / "papers").mkdir(parents=True)
    seal_folder(warehouse.staging / "abandoned")

    assert sweep_staging(warehouse) == [warehouse.staging / "abandoned"]


def test_place_that_cannot_be_written_to_is_named(warehouse: Warehouse) -> None:
    warehouse.staging.rmdir()

    with pytest.raises(WarehouseUnwritableError, match="staging"), hold_staging(warehouse):
        pytest.fail("there is no place")
