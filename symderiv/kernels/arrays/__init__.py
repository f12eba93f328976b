"""Kernels of problems over arrays of any axes: layers, losses of matrices and of several vectors, by plain loops."""

from __future__ import annotations
