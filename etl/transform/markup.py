r"""Markup to the plain text it prints: LaTeX, HTML and Unicode's typographic signs.

For keys only: text is published as printed. Few texts hold any markup, so :data:`TRIGGER` finds those first, and only
they are read in Python.
"""

from __future__ import annotations

import html
import re
from typing import Final

TRIGGER: Final = (
    r"[\\<\x{ad}\x{200b}-\x{200f}\x{2060}\x{feff}\x{b2}\x{b3}\x{b9}\x{bc}-\x{be}\x{2070}-\x{209c}\x{2122}\x{2150}-\x{215f}"
    r"\x{2189}\x{2260}]|&#?[0-9A-Za-z]+;|[0-9] ?[$^_]|[0-9],\{?,?\}?[0-9]{3}|[0-9]\{,\}[0-9]|[0-9]\.[0-9]+\.[0-9]|->"
)
"""Says, in the syntax of polars, which texts :func:`strip_markup` can change at all."""

DECIMAL_POINT: Final = "\u0001"
"""Stands for a point between two digits, which is no punctuation."""

_LETTERS: Final = {
    "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ss": "ß",
    "i": "i", "j": "j", "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "th": "þ", "TH": "Þ", "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
_SIGNS: Final = {
    "times": "×", "to": "→", "rightarrow": "→", "longrightarrow": "→", "Rightarrow": "→", "mapsto": "→", "leq": "≤",
    "le": "≤", "leqslant": "≤", "geq": "≥", "ge": "≥", "geqslant": "≥", "neq": "≠", "ne": "≠", "infty": "∞",
    "nabla": "∇", "partial": "∂", "pm": "±", "in": "∈", "oplus": "⊕", "otimes": "⊗", "sum": "∑", "prod": "∏",
    "sqrt": "√", "int": "∫", "forall": "∀", "exists": "∃", "ell": "l", "textless": "<", "textgreater": ">",
}  # fmt: skip
_SILENT_NAMES: Final = """
textbf textit textsc texttt textrm textsf textmd textup textsl textnormal textulc emph text mbox hbox underline uline
mathrm mathbf mathcal mathbb mathsf mathtt mathit mathfrak mathscr mathds mathpzc mathnormal mathop mathbin mathord
boldsymbol bm pmb bbm operatorname ensuremath bf it em tt sc rm sf sl bfseries itshape scshape ttfamily sffamily
rmfamily upshape slshape mdseries normalfont boldmath unboldmath tiny scriptsize footnotesize small normalsize large
Large LARGE huge Huge centering tilde widetilde hat widehat bar overline vec overrightarrow dot ddot check breve acute
grave mathring left right big bigl bigr Big Bigl Bigr displaystyle textstyle limits nolimits protect noindent xspace
textsuperscript textsubscript textcolor uppercase lowercase MakeUppercase MakeLowercase MakeTextUppercase url
approx sim simeq cdot ldots dots cdots circ degree prime star ast dagger ddagger bullet textdegree textbullet
textendash textemdash textquoteleft textquoteright textquotedblleft textquotedblright textasciitilde texttrademark
textregistered quad qquad newline linebreak
"""
_SILENT: Final = frozenset(_SILENT_NAMES.split())
"""Commands that print no letter of their own: fonts, sizes, marks over letters, spaces and punctuation."""

_BRACED: Final = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_TAG: Final = re.compile(
    r"</?(?:i|b|u|em|strong|tt|code|span|p|br|small|sc|math|mi|mn|mo|mrow|font)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_SCRIPT_TAG: Final = re.compile(r"<(/?)su([bp])>", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&#?[0-9A-Za-z]+;")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u2122]")
_FRACTION_SIGNS: Final = re.compile("([\u00bc-\u00be\u2150-\u215f\u2189])")
_SCRIPT_DIGIT: Final = "[\u00b2\u00b3\u00b9\u2070\u2074-\u2089]"
_STACKED: Final = re.compile(rf"([0-9])(?: ?[$]?[\^_]|(?=[\u207b\u207a]?{_SCRIPT_DIGIT}))")
_DOUBLED: Final = re.compile(r"\\\\(?=[A-Za-z]+\{)")
_LINE_BREAK: Final = re.compile(r"\\\\(?:\[[^\]]*\])?")
_NOTES: Final = re.compile(
    rf"\\(?:footnote|footnotemark|footnotetext|thanks|cite[a-z]*|label|e?ref|[vh]space|color|href)\*?(?:\[[^\]]*\])?\s*(?:{_BRACED})"
)
_FIRST_OF_TWO: Final = re.compile(rf"\\(?:texorpdfstring|textcolor|colorbox)(?:\[[^\]]*\])?\s*{_BRACED}")
_FRACTION: Final = re.compile(rf"\\[dtc]?frac\s*(?:({_BRACED})\s*({_BRACED})|([0-9])\s*([0-9]))")
_ACCENT: Final = re.compile(
    r"\\(?:[\"'`^~=.]\s*|[cvuHkrdb](?=\s*\{|\s+[A-Za-z])\s*)(?:\{\s*\\?([A-Za-z]?)\s*\}|\\?([A-Za-z]))"
)
_COMMAND: Final = re.compile(r"\\([A-Za-z]+)\*?(\{\}|\s*)")
_ESCAPED: Final = re.compile(r"\\([-/!])|\\([%&#_$])|\\[ ,;:>]")
_THOUSANDS: Final = re.compile(r"([0-9])(?:\{,\}|,)(?=[0-9]{3}(?![0-9]))")
_ARROW: Final = re.compile(r"(?<!-)-+>")
_VERSION_POINT: Final = re.compile(r"([0-9])\.(?=[0-9])")


def strip_markup(text: str) -> str:
    r"""Take a text's markup away and leave what it prints; numbers that stand above or below others stay apart.

    >>> strip_markup(r"{\bf Deep} $\tilde{\mathcal{O}}(10^{3})$ in Schr\"{o}dinger's R\&amp;D")
    "{Deep} ${{O}}(10 {3})$ in Schrodinger's R&D"
    """
    text = _strip_html(text)
    if "\\" in text:
        text = _strip_latex(text)
    if not text.isascii():
        text = _INVISIBLE.sub("", _FRACTION_SIGNS.sub(r" \1", text)).replace("≠", " neq ")
    if "->" in text:
        text = _ARROW.sub("→", text)
    return _VERSION_POINT.sub(rf"\1{DECIMAL_POINT}", _THOUSANDS.sub(r"\1", _STACKED.sub(r"\1 ", text)))


def _strip_html(text: str) -> str:
    if "<" in text:
        text = _SCRIPT_TAG.sub(lambda tag: "" if tag[1] else "^" if tag[2] in "pP" else "_", _TAG.sub("", text))
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text


def _strip_latex(text: str) -> str:
    text = _FIRST_OF_TWO.sub("", _NOTES.sub("", _LINE_BREAK.sub(" ", _DOUBLED.sub(r"\\", text))))
    text = _FRACTION.sub(lambda parts: f" {parts[1] or parts[3]}/{parts[2] or parts[4]} ", text)
    text = _COMMAND.sub(_read_command, _ACCENT.sub(lambda letter: letter[1] or letter[2] or "", text))
    return _ESCAPED.sub(lambda sign: "" if sign[1] else sign[2] or " ", text)


def _read_command(command: re.Match[str]) -> str:
    """Read a command; the white space behind it only ends its name."""
    name, space = command[1], command[2]
    if name in _LETTERS:
        return _LETTERS[name]
    if name in _SILENT:
        return ""
    return f"{_SIGNS[name]}{space}" if name in _SIGNS else f"{name}{'' if space == '{}' else space}"
