"""Prints how many hostile lines are handled and how many innocent ones pass.

Run it with `python -m tests.guard.rates`.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.guard.corpora import Exchange, handled, read, untouched


def rate(name: str, is_well: Callable[[Exchange], bool]) -> tuple[float, list[Exchange]]:
    """Return the share of a file's lines with which all is well, and the others."""
    lines = list(read(name))
    others = [each for each in lines if not is_well(each)]
    return 1 - len(others) / len(lines), others


def main() -> None:
    for name, is_well, what in (
        ("hostile.txt", handled, "handled"),
        ("benign.txt", untouched, "untouched"),
    ):
        share, others = rate(name, is_well)
        print(f"{name}: {share:.1%} {what}")
        for each in others:
            print(f"  {name}:{each.number} {each.kind}: {each.line!r} -> {each.answer!r}")


if __name__ == "__main__":
    main()
