"""What stands around a LaTeX document's blocks: preamble, the commands of a fragment, and how wide lines may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["ARTICLE", "ARTICLE_PREAMBLE", "FRAGMENT_COMMANDS", "LETTER", "NARROW", "WIDE", "Layout"]


@dataclass(frozen=True, slots=True)
class Layout:
    r"""Widths in em of the body font, as `measure` estimates them.

    `line` is that of the left and right side of a proof's line, `full` that of a formula on its own, `alone` that of
    the widest left side which shares its line; `quantity` and `closed` those of formulas in the table of checks.
    `beside` says that reasons have a column of their own; else they stand below their line. `article` marks the
    complete document; all else is for `\input`.
    """

    line: float
    full: float
    alone: float
    quantity: float
    closed: float
    beside: bool
    article: bool = False


# 160 mm at 11 pt are 41.5 em, of which the reasons take 12.5 and the equation number with its distance 3.
ARTICLE: Final = Layout(26.0, 38.0, 9.6, 7.8, 15.0, beside=True, article=True)
# The article class has lines of 345 pt at 10 pt, and columns of 229.5 pt; its journals' columns are wider.
WIDE: Final = Layout(21.8, 32.5, 7.5, 6.6, 12.2, beside=True)
NARROW: Final = Layout(22.0, 22.0, 5.5, 22.0, 22.0, beside=False)

ARTICLE_PREAMBLE: Final = r"""\documentclass[11pt,a4paper]{article}
\usepackage{amsmath,amssymb,amsthm}
\usepackage{xcolor}
\usepackage{booktabs}
\usepackage{microtype}
\usepackage[colorlinks,allcolors=rule]{hyperref}
\setlength{\textwidth}{160mm}
\setlength{\oddsidemargin}{-0.4mm}
\setlength{\textheight}{242mm}
\setlength{\topmargin}{-20mm}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt plus 2pt}
\setlength{\jot}{7pt}
\AtBeginDocument{\abovedisplayskip=7pt plus 2pt\abovedisplayshortskip=4pt plus 2pt}
\allowdisplaybreaks
\definecolor{changed}{HTML}{B3123B}
\definecolor{rule}{HTML}{1A4F9C}
\definecolor{muted}{HTML}{5A626B}
\definecolor{good}{HTML}{17803D}
\theoremstyle{plain}
\newtheorem{theorem}{Theorem}
\newcommand{\changed}[1]{{\color{changed}#1}}
\newcommand{\proved}{{\color{good}\ensuremath{\checkmark}}}
% rule, its title, verdict, reason
\newcommand{\why}[4]{\parbox{45mm}{\raggedright\small\hyperlink{rule-#1}{#2}~#3\\[-1pt]\footnotesize\color{muted}#4}}
\newcommand{\note}[1]{\parbox{45mm}{\raggedright\footnotesize\color{muted}#1}}
"""

# The same lines of 160 mm on US letter, so that formulas break alike.
LETTER: Final = (
    ("a4paper", "letterpaper"),
    ("{\\oddsidemargin}{-0.4mm}", "{\\oddsidemargin}{2.55mm}"),
    ("{\\textheight}{242mm}", "{\\textheight}{224mm}"),
)

# Names of its own, which no paper has; the third argument of \why is the verdict, in brackets.
FRAGMENT_COMMANDS: Final = r"""% Needs amsmath.
\providecommand{\mathbb}[1]{\mathbf{#1}}
\providecommand{\symderivwhy}[4]{\parbox{.32\columnwidth}{\raggedright\small #2 (#3)\\[-1pt]\footnotesize #4}}
\providecommand{\symderivnote}[1]{\parbox{.32\columnwidth}{\raggedright\footnotesize #1}}
\providecommand{\symderivbelow}[1]{\intertext{\raggedright\leftskip1.5em\footnotesize #1}}
"""
