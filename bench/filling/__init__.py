"""Fills an empty database with some years of a busy house, by SQL alone: `fill_all`.

Nothing here is random: the same size is the same rows, so two runs compare.
"""

from bench.filling.everything import fill_all, settle
from bench.filling.sizes import FULL, SMALL, Sizes

__all__ = ["FULL", "SMALL", "Sizes", "fill_all", "settle"]
