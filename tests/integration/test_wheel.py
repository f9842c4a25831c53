"""A built wheel holds what a checkout has, and its command works outside any checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_FOLDER

# Folder of the checkout -> where the wheel has it (pyproject.toml).
PLACES = {
    "orchestration/": "orchestration/", "expectations/": "expectations/",
    "dbt_project/": "orchestration/project/dbt_project/",
    "data/reference/": "orchestration/project/data/reference/",
}  # fmt: skip


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as somebody without this checkout would; its caches go beside its working folder."""
    dropped = {"CYPP_DATA_DIR", "DAGSTER_HOME", "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return subprocess.run(
        [str(word) for word in command], cwd=cwd, text=True, capture_output=True, check=False, timeout=300,
        env={**kept, "XDG_CACHE_HOME": str(cwd / "cache"), "NO_COLOR": "1", "COLUMNS": "200"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist as a packager would."""
    folder = tmp_path_factory.mktemp("dist")
    done = run(
        sys.executable, "-m", "uv", "build", "--offline", "--no-build-isolation", "--python", sys.executable,
        "--out-dir", folder, PROJECT_FOLDER, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_wheel_holds_what_git_tracks_and_nothing_else(wheel: Path) -> None:
    tracked = run("git", "ls-files", *PLACES, cwd=PROJECT_FOLDER).stdout.splitlines()
    if not tracked:
        pytest.skip("not a git checkout: nothing says what belongs in the wheel")
    expected = {
        into + path.removeprefix(start)
        for path in tracked
        for start, into in PLACES.items()
        if path.startswith(start) and (PROJECT_FOLDER / path).exists()
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert expected - held == set()
    assert {name for name in held - expected if not name.endswith(".py")} == {
        "orchestration/project/requirements-validators.txt"
    }


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`cypp` of a fresh environment, which sees the dependencies of this one, but not the checkout."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    done = run(
        sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--python", python, wheel, cwd=folder
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    packages = next((folder / "lib").glob("python*/site-packages"))
    # A path file inside another folder of packages is not read: the editable checkout stays out of sight.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin" / "cypp"


def test_help_names_the_data_folder(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "status", "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "working folder" in done.stdout


def test_status_looks_into_the_working_folder(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "status", cwd=tmp_path)
    assert done.returncode == 3
    assert "nothing" in done.stdout.lower()


@pytest.mark.faults
def test_project_is_parsed_into_the_cache_of_the_user(installed: Path, tmp_path: Path) -> None:
    python = installed.with_name("python")
    done = run(python, "-m", "orchestration.warehouse.manifest", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "cache").glob("cypp/*/manifest.json"))
    assert not list((installed.parents[1]).rglob("project/dbt_project/target"))
