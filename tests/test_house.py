"""The rules of the house that no single tool enforces: layout, locks, imports, purity, what may stand in a file."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from importlinter.cli import lint_imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("assets", "etl", "schemas")
OWN_LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-ray.lock", "requirements-cluster.lock")
LOCKS = (*OWN_LOCKS, *sorted(path.name for path in ROOT.glob("requirements-check-*.lock")))
MAX_MODULE_LINES = 300
OUTPUT_FOLDERS = {
    ".checkers",
    ".git",
    ".venv",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
}
VAGUE_NAMES = {"common", "helpers", "manager", "misc", "utils"}

# Written so that this file does not match itself.
HOST_PATTERN = re.compile(
    r"pypi\.org|python[h]osted|anaconda\.[o]rg|proxy\.golang\.[o]rg|npmjs\.[o]rg|crates\.[i]o", re.IGNORECASE
)
MACHINE_PATH_PATTERN = re.compile(r"(?<![\w.~/])/(?:home|root|Users|work|tmp|opt|mnt|srv|var/folders)/[\w.]")

IMPURE_MODULES = {
    *("asyncio", "concurrent", "ctypes", "glob", "http", "io", "locale", "logging", "mmap", "multiprocessing", "os"),
    *("pathlib", "random", "requests", "secrets", "shutil", "signal", "socket", "sqlite3", "subprocess", "sys"),
    *("tempfile", "threading", "time", "urllib", "uuid", "zoneinfo", "duckdb", "dagster", "rich", "typer"),
}
IMPURE_CALLS = {"open", "print", "input", "hash", "id", "exec", "eval", "breakpoint"}
IMPURE_METHODS = re.compile(r"now|today|utcnow|fromtimestamp|shuffle|sample|hash|(?:read|scan|write|sink)_\w+")


def list_sources(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def run_git(*arguments: str) -> list[str] | None:
    """Run git on this folder; None where there is no git, or no checkout."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return None
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return [name for name in done.stdout.decode().split("\0") if name]


def list_project_files() -> list[Path]:
    """List what belongs to the project: what git tracks or would track, else all but the outputs."""
    names = run_git("--cached", "--others", "--exclude-standard")
    if names is not None:
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    files = []
    for folder, folders, found in os.walk(ROOT):
        folders[:] = sorted(set(folders) - OUTPUT_FOLDERS - {"__pycache__"})
        if Path(folder) == ROOT / "warehouse":
            folders[:] = [name for name in folders if name != "data"]
        files += [Path(folder, name) for name in sorted(found)]
    return files


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def list_imports(path: Path) -> set[str]:
    """List the top-level packages that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def read_lock(name: str) -> dict[str, str]:
    """Read a lock: each package and the text of its requirement, hashes and all."""
    text = re.sub(r"^\s*#.*\n?", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    blocks = re.split(r"\n(?=\S)", text.strip())
    return {canonicalize_name(re.match(r"[\w.-]+", block)[0]): block for block in blocks}


def read_version(block: str) -> str:
    return re.match(r"[\w.\[\]-]+==([^\s;\\]+)", block)[1]


def read_pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def list_targets() -> set[str]:
    phony = re.search(r"^\.PHONY: (help .*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    return set(phony[1].split())


def test_the_house_has_its_rooms():
    files = ("pyproject.toml", "Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", ".ci/run", *LOCKS)
    folders = (*PACKAGES, "tests", "docs", "warehouse/landing", "warehouse/macros", "warehouse/views")
    assert [name for name in files if not (ROOT / name).is_file()] == []
    assert [name for name in folders if not (ROOT / name).is_dir()] == []
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_warehouse_holds_no_python():
    assert [
        path for path in list_project_files() if path.is_relative_to(ROOT / "warehouse") and path.suffix == ".py"
    ] == []


def test_no_output_is_tracked():
    tracked_although_ignored = run_git("--cached", "--ignored", "--exclude-standard") or []
    assert tracked_although_ignored == []
    ignored = set((ROOT / ".gitignore").read_text(encoding="utf-8").splitlines())
    assert {"/.venv/", "/warehouse/data/", "__pycache__/", "uv.lock"} <= ignored


@pytest.mark.parametrize("path", list_sources(*PACKAGES), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_says_by_its_name_what_is_in_it(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE_LINES
    assert not VAGUE_NAMES & set(path.relative_to(ROOT).with_suffix("").parts)


def test_no_file_names_a_package_host_or_a_place_on_somebodys_machine():
    found = []
    for path in list_project_files():
        text = path.read_bytes().decode("utf-8", "replace")
        for pattern in (HOST_PATTERN, MACHINE_PATH_PATTERN):
            found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in pattern.finditer(text)]
    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_all_with_hashes_and_names_no_index(name: str):
    lock = read_lock(name)
    unpinned = [package for package, block in lock.items() if not re.match(r"[\w.\[\]-]+==[\w.+!]+( |$)", block)]
    unhashed = [package for package, block in lock.items() if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", block)]
    assert (unpinned, unhashed) == ([], [])
    assert not re.search(r"://|^-|\bfile:| @ ", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)


def test_the_locks_agree_with_each_other_and_with_pyproject():
    runtime, dev, ray, cluster = (read_lock(name) for name in OWN_LOCKS)
    assert {name: dev.get(name) for name in runtime} == runtime
    # One environment can hold them all.
    assert runtime.keys() <= ray.keys() <= cluster.keys()
    versions = {name: {read_version(lock[name]) for lock in (dev, ray, cluster) if name in lock} for name in cluster}
    assert [name for name, found in versions.items() if len(found) > 1] == []
    pyproject = read_pyproject()
    groups = pyproject["dependency-groups"]
    for lock, asked in (
        (runtime, pyproject["project"]["dependencies"] + pyproject["build-system"]["requires"] + groups["build"]),
        (dev, [one for one in groups["dev"] if isinstance(one, str)]),
        (ray, [one for one in groups["ray"] if isinstance(one, str)]),
        (cluster, [one for one in groups["cluster"] if isinstance(one, str)]),
    ):
        for requirement in map(Requirement, asked):
            version = read_version(lock[canonicalize_name(requirement.name)])
            assert requirement.specifier.contains(version), f"{requirement} is not {version}: run make lock"


def test_nobody_brings_pandas_into_the_runtime():
    assert not {"pandas", "dagster-pandera", "dagster-pandas"} & set(read_lock("requirements.lock"))
    installed = {canonicalize_name(one.metadata["Name"]) for one in importlib.metadata.distributions()}
    assert "pandas" not in installed


def test_numpy_comes_for_the_pictures_alone():
    locked = set(read_lock("requirements.lock"))
    asking = {
        name
        for one in importlib.metadata.distributions()
        if (name := canonicalize_name(one.metadata["Name"])) in locked
        for requirement in map(Requirement, one.requires or ())
        if requirement.name == "numpy" and (requirement.marker is None or requirement.marker.evaluate({"extra": ""}))
    }
    assert asking == {"contourpy", "matplotlib"}


def test_importing_the_tables_stays_light():
    heavy = ("pandas", "dagster", "duckdb", "typer")  # pandera takes numpy where it is installed
    code = f"import sys, schemas; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", list_sources("schemas"), ids=lambda path: path.name)
def test_schemas_import_polars_pandera_and_pyarrow_only(path: Path):
    allowed = {*sys.stdlib_module_names, "schemas", "polars", "pandera", "pyarrow"}
    assert list_imports(path) - allowed == set()


def test_the_tiling_checker_imports_none_of_our_code():
    assert list_imports(ROOT / "tests" / "check_tiling.py") - {*sys.stdlib_module_names, "pyarrow"} == set()


def test_imports_follow_the_arrows(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(ROOT)
    code = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize("path", list_sources("etl/transform"), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_transform_is_pure(path: Path):
    assert list_imports(path) & IMPURE_MODULES == set()
    assert list(find_impure_calls(parse(path))) == []


def find_impure_calls(module: ast.Module) -> list[str]:
    found = []
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        function = call.func
        is_impure = (isinstance(function, ast.Name) and function.id in IMPURE_CALLS) or (
            isinstance(function, ast.Attribute) and IMPURE_METHODS.fullmatch(function.attr)
        )
        if is_impure:
            found.append(f"line {call.lineno}: {ast.unparse(function)}")
    return found


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("datetime.date.today()", 1),
        ("open('x')", 1),
        ("pl.read_parquet('x')", 1),
        ("frame.sample(3)", 1),
        ("pl.col('x').hash()", 1),
        ("frame.select('x').sort('x')", 0),
    ],
)
def test_an_impure_call_is_noticed(source: str, count: int):
    assert len(find_impure_calls(ast.parse(source))) == count


@pytest.mark.parametrize("path", list_sources(*PACKAGES), ids=lambda path: str(path.relative_to(ROOT)))
def test_all_that_is_public_has_a_docstring(path: Path):
    assert list(find_undocumented(parse(path), path.stem)) == []


def find_undocumented(node: ast.Module | ast.ClassDef, name: str) -> list[str]:
    """List a module or class and its public functions, methods and classes that have no docstring."""
    found = [] if ast.get_docstring(node) else [name]
    for child in node.body:
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            found += find_undocumented(child, f"{name}.{child.name}")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith("_"):
            is_overload = any("overload" in ast.unparse(decorator) for decorator in child.decorator_list)
            if not is_overload and not ast.get_docstring(child):
                found.append(f"{name}.{child.name}")
    return found


def test_make_help_names_every_target():
    plain = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(["make"], cwd=ROOT, env=plain, capture_output=True, text=True, check=True)
    assert set(re.findall(r"^make (\w+)", done.stdout, re.MULTILINE)) == list_targets()


def test_the_papers_name_the_commands_that_there_are():
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"`make ([a-z]+)", text)) <= list_targets(), name
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^make test$", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_changelog_tells_of_this_version():
    source = (ROOT / "etl" / "version.py").read_text(encoding="utf-8")
    version = re.search(r'^PACKAGE_VERSION\b.*"(.+)"$', source, re.MULTILINE)[1]
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == version


def test_the_wheel_carries_the_code_and_the_sql(tmp_path: Path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    with zipfile.ZipFile(next(tmp_path.glob("paperhouse-*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        metadata = wheel.read(next(name for name in wheel.namelist() if name.endswith("/METADATA"))).decode()
    code = {str(path.relative_to(ROOT)) for path in list_sources(*PACKAGES)}
    sql = {f"etl/_{path.relative_to(ROOT)}" for path in (ROOT / "warehouse").rglob("*.sql")}
    assert {name for name in names if name.endswith((".py", ".sql"))} == code | sql
    assert sql
    assert "Classifier: Private :: Do Not Upload" in metadata


def test_a_skip_fails_where_none_is_allowed(tmp_path: Path):
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_marked.py").write_text("import pytest\n@pytest.mark.skip('marked')\ndef test_a(): pass\n")
    (tmp_path / "test_running.py").write_text("import pytest\ndef test_b(): pytest.skip('running')\n")
    (tmp_path / "test_importing.py").write_text("import pytest\npytest.skip('importing', allow_module_level=True)\n")
    (tmp_path / "test_expected.py").write_text("import pytest\n@pytest.mark.xfail\ndef test_c(): assert 0\n")
    allowed = run_pytest(tmp_path, {"PAPERHOUSE_NO_SKIP": ""})
    refused = run_pytest(tmp_path, {"PAPERHOUSE_NO_SKIP": "1"})
    assert (allowed.returncode, refused.returncode) == (0, 1)
    assert "3 skipped, 1 xfailed" in allowed.stdout
    assert re.search(r"1 failed, 1 xfailed, 2 errors|2 failed, 1 xfailed, 1 error", refused.stdout)
    for reason in ("marked", "running", "importing"):
        assert re.search(rf"was to be skipped\. .*{reason}", refused.stdout)


def run_pytest(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--continue-on-collection-errors", "-p", "no:cacheprovider", str(folder)]
    variables = {**os.environ, **environment}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def list_error_sentences(source: str) -> list[tuple[str, str]]:
    """List the sentences of a module's errors as far as they stand there: the class, and the text with ``{}``."""
    sentences = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef) or not node.name.endswith("Error"):
            continue
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__" and call.args:
                parts = call.args[0].values if isinstance(call.args[0], ast.JoinedStr) else call.args[:1]
                text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)
                sentences.append((node.name, text))
    return sentences


def test_error_sentences_have_one_form(repo_root: Path) -> None:
    """They are shown behind ``Error:``: they begin in lower case, unless with a name, and end without a full stop."""
    names = ("DuckDB", "Dagster", "Ray", "SQL")
    sentences = [
        (path.name, error, text)
        for folder in ("etl", "assets")
        for path in (repo_root / folder).rglob("*.py")
        for error, text in list_error_sentences(path.read_text(encoding="utf-8"))
    ]

    assert len(sentences) > 40
    assert [one for one in sentences if one[2].endswith(".")] == []
    assert [one for one in sentences if one[2][0].isupper() and not one[2].startswith(names)] == []
