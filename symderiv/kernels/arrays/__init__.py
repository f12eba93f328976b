"""Kernels of problems over arrays of any axes: layers, losses of matrices and of several vectors, by loops on lanes."""

from __future__ import annotations
