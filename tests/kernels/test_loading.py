"""Generated modules are cached files of the user's own, and kernel objects are values."""

from __future__ import annotations

import pickle
import stat
from pathlib import Path

import numpy as np
import pytest

from symderiv.kernels import LossKernel, load_module, make_kernel
from tests.kernels.entries import kernel, source

TINY = '__all__ = ["value"]\n\n\ndef value(z):\n    return z + {}\n'


def test_a_kernel_object_is_a_value() -> None:
    first, second = kernel("softmax"), make_kernel("softmax", source("softmax"))
    assert first == second
    assert len({first, second, kernel("logsumexp")}) == 2
    again = pickle.loads(pickle.dumps(first))
    assert again == first
    np.testing.assert_array_equal(again.value(np.zeros((1, 2))), [[0.5, 0.5]])
    with pytest.raises(AttributeError):
        first.name = "other"  # type: ignore[misc]


def test_what_an_entry_does_not_have_is_said() -> None:
    assert not hasattr(kernel("softmax"), "hessian")
    with pytest.raises(AttributeError, match="softmax has no value_and_grad; it has value, jacobian, jvp, vjp"):
        _ = kernel("softmax").value_and_grad


def test_the_module_is_written_to_a_private_folder_under_a_name_with_its_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    module = load_module(TINY.format(1), "tiny")
    path = Path(str(module.__file__))
    assert path.parent == tmp_path / "symderiv" / "kernels"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_module(TINY.format(1), "tiny") is module
    other = load_module(TINY.format(2), "tiny")
    assert (module.value(1), other.value(1)) == (2, 3)
    assert other.__file__ != module.__file__
    assert sorted(p.suffix for p in path.parent.glob("tiny*")) == [".py", ".py"]


def test_a_damaged_cache_file_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = Path(str(load_module(TINY.format(3), "tiny").__file__))
    path.write_text("damaged", encoding="utf-8")
    monkeypatch.setattr("sys.modules", {k: v for k, v in __import__("sys").modules.items() if "tiny" not in k})
    assert load_module(TINY.format(3), "tiny").value(1) == 4
    assert path.read_text(encoding="utf-8") == TINY.format(3)


def test_without_a_writable_cache_a_temporary_folder_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    module = load_module(TINY.format(4), "tiny")
    assert module.value(1) == 5
    assert not Path(str(module.__file__)).is_relative_to(tmp_path)


def test_a_module_that_does_not_run_is_named() -> None:
    with pytest.raises(ImportError, match=r"generated module 'broken' .* does not run"):
        _ = LossKernel("broken", "this is not Python").value


def test_a_missing_package_is_named_with_the_way_out() -> None:
    with pytest.raises(ImportError, match=r"needs the package 'no_such_package': install it, or .* target 'numpy'"):
        _ = LossKernel("lonely", "import no_such_package").value
