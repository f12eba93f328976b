"""Generated modules are cached files of the user's own, and kernel objects are values."""

from __future__ import annotations

import pickle
import stat
import subprocess
import sys
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


_ONE_CALL = """
import importlib.util, sys
import numpy as np
name, registered, path = sys.argv[1:]
spec = importlib.util.spec_from_file_location(name, path)
module = importlib.util.module_from_spec(spec)
if registered == "yes":
    sys.modules[name] = module
spec.loader.exec_module(module)
z = np.zeros((1, 2))
print(module.value(z)[0].tolist(), sum(module.value_call(z.dtype, None, 2)[0].stats.cache_hits.values()))
assert not any(name.split(".")[0] in ("symderiv", "sympy") for name in sys.modules)
"""


def test_compiled_code_is_found_again_whatever_name_the_file_is_imported_under(tmp_path: Path) -> None:
    path = tmp_path / "kernels.py"
    path.write_text(source("softmax"), encoding="utf-8")
    said = [
        subprocess.run(
            [sys.executable, "-I", "-c", _ONE_CALL, name, registered, str(path)],
            capture_output=True, text=True, check=True,
        ).stdout
        for name, registered in (("kernels", "yes"), ("another", "yes"), ("unregistered", "no"))
    ]  # fmt: skip
    assert said == ["[0.5, 0.5] 0\n", "[0.5, 0.5] 1\n", "[0.5, 0.5] 1\n"]


_OF_EACH = """
import importlib.util, sys
import numpy as np
for path in sys.argv[1:]:
    spec = importlib.util.spec_from_file_location("kernels", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    print(float(module.value(np.zeros((1, 1)))[0]))
"""


def test_an_edited_copy_runs_its_own_code_beside_the_original(tmp_path: Path) -> None:
    original, edited = tmp_path / "original.py", tmp_path / "edited.py"
    text = source("logsumexp")
    original.write_text(text, encoding="utf-8")
    edited.write_text(text.replace("log_total = ", "log_total = 1 + "), encoding="utf-8")

    def run(*paths: Path) -> str:
        command = [sys.executable, "-I", "-c", _OF_EACH, *map(str, paths)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    # Each compiled alone, and cached: the two have functions of the same names and types.
    assert (run(original), run(edited)) == ("0.0\n", "1.0\n")
    assert run(original, edited) == "0.0\n1.0\n"
    assert run(edited, original) == "1.0\n0.0\n"


def test_a_module_is_seen_by_other_threads_only_when_it_is_whole() -> None:
    name = "symderiv_generated.slow_"
    seen = f"import sys\n\nSEEN = [known for known in sys.modules if known.startswith({name!r})]\n"
    assert load_module(seen, "slow").SEEN == []
    assert load_module(seen, "slow") is load_module(seen, "slow")
