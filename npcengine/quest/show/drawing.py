"""The pieces of a drawing. Text goes in as data and cannot become markup."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

from npcengine.quest.show.fit import seen

FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', Arial, sans-serif"

_COLOURS = {
    "ground": ("#fbfaf7", "#17191d"),
    "ink": ("#23262b", "#e8e6e1"),
    "faint": ("#6d727a", "#9aa0a8"),
    "line": ("#b9bcc2", "#4a4f57"),
    "box": ("#ffffff", "#21242a"),
    "edge": ("#8c9199", "#767c86"),
    "begin": ("#e9eef6", "#253042"),
    "end": ("#e6f2e9", "#1f3527"),
    "good": ("#3b8254", "#6fbf8b"),
    "way": ("#c2552d", "#f08a5d"),
    "on": ("#ffffff", "#17191d"),
}
"""By name, in light and in dark surroundings."""
_RULES = (
    ("ground", "fill", "ground"), ("ink", "fill", "ink"), ("faint", "fill", "faint"),
    ("box", "fill", "box"), ("box", "stroke", "edge"), ("begin", "fill", "begin"),
    ("begin", "stroke", "edge"), ("end", "fill", "end"), ("end", "stroke", "good"),
    ("arrow", "stroke", "edge"), ("tip", "fill", "edge"), ("path", "stroke", "line"),
    ("place", "fill", "ground"), ("place", "stroke", "edge"), ("route", "stroke", "way"),
    ("head", "fill", "way"), ("passed", "fill", "ground"), ("passed", "stroke", "way"),
    ("stop", "fill", "way"), ("digit", "fill", "on"), ("halo", "stroke", "ground"),
)  # fmt: skip
_FIXED = """
text { font-family: %s; }
.arrow, .path, .route { fill: none; }
.box, .begin, .end { stroke-width: 1.2; }
.optional { stroke-dasharray: 6 3; }
.hidden { stroke-dasharray: 2 3; }
.arrow { stroke-width: 1.4; }
.path { stroke-width: 2; }
.shut { stroke-dasharray: 3 5; }
.place, .passed { stroke-width: 2; }
.route { stroke-width: 5; stroke-linecap: round; opacity: 0.85; }
.halo { stroke-width: 4; stroke-linejoin: round; paint-order: stroke; }
.bold { font-weight: 600; }
"""


def canvas(width: float, height: float, title: str) -> Element:
    """Begin a drawing of this size, with its styles and what it is for those who hear it."""
    root = Element("svg")
    root.set("xmlns", "http://www.w3.org/2000/svg")
    _set(root, width=width, height=height, viewBox=f"0 0 {_short(width)} {_short(height)}")
    _set(root, role="img")
    SubElement(root, "title").text = seen(title)
    SubElement(root, "style").text = _style()
    draw(root, "rect", "ground", width=width, height=height)
    return root


def draw(parent: Element, tag: str, style: str, **attributes: object) -> Element:
    """Draw something: `draw(root, "rect", "box", x=1, y=2, stroke_width=3)`."""
    element = SubElement(parent, tag, {"class": style})
    _set(element, **attributes)
    return element


def write(
    parent: Element,
    style: str,
    text: str,
    x: float,
    y: float,
    size: float = 13.0,
    anchor: str = "start",
) -> None:
    """Write a line of text; `y` is where its letters stand."""
    element = draw(parent, "text", style, x=x, y=y, font_size=size, text_anchor=anchor)
    element.text = seen(text)


def explain(element: Element, text: str) -> None:
    """Say what something is to those who point at it."""
    SubElement(element, "title").text = seen(text)


def points(corners: Iterable[tuple[float, float]]) -> str:
    """Write points as attributes do."""
    return " ".join(f"{_short(x)},{_short(y)}" for x, y in corners)


def _set(element: Element, **attributes: object) -> None:
    for name, value in attributes.items():
        shown = _short(value) if isinstance(value, float | int) else str(value)
        element.set(name.replace("_", "-"), shown)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _style() -> str:
    light, dark = (
        "\n".join(
            f".{name} {{ {what}: {_COLOURS[colour][which]}; }}" for name, what, colour in _RULES
        )
        for which in (0, 1)
    )
    return f"{_FIXED % FONT}{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
