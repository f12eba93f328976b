"""The values of parameters at which kernels are compared with rigorous values."""

from __future__ import annotations

from symderiv.kernels.hyperparameters import argument_name
from symderiv.losses import CATALOGUE, find
from symderiv.verification.kernel_inputs import default_of, settings, shown_setting


def test_other_settings_are_admissible_and_on_both_sides_of_the_default() -> None:
    seen = 0
    for problem in CATALOGUE:
        if not problem.hyperparameters:
            assert settings(problem.hyperparameters, thorough=True) == ({},)
            continue
        usual, smaller, larger = settings(problem.hyperparameters, thorough=True)
        assert settings(problem.hyperparameters, thorough=False) == (usual,)
        for each in problem.hyperparameters:
            name = argument_name(each.parameter)
            assert usual[name] == default_of(each)
            assert usual[name] < larger[name]
            if each.least is None or usual[name] > each.least:
                assert smaller[name] < usual[name]
            assert each.least is None or smaller[name] > each.least or not each.open
            assert each.most is None or larger[name] < each.most
            seen += 1
    assert seen > 15


def test_a_setting_is_named_by_what_is_not_the_default() -> None:
    focal = find("focal")
    usual, smaller, larger = settings(focal.hyperparameters, thorough=True)
    assert shown_setting(focal, usual) == ""
    assert shown_setting(focal, smaller) == ", gamma = 0.5"
    assert shown_setting(focal, larger) == ", gamma = 5"
