"""A small world with a locked door, and a plan that leads through it."""

from typing import Any

from npcengine.world.loader import parse_world

MILL = """\
money: coin
places:
  square: {exits: [smithy, {to: mill, door: mill_door}, {to: forest, danger: 2}]}
  smithy: {}
  mill: {holds: {flour: 3}}
  forest: {holds: {key: 1}}
  moor: {}
people:
  mira: {name: {en: Mira the Smith, de: Mira die Schmiedin}, at: smithy, sells: {bread: 2}}
  tom: {name: Thomas, at: mill}
things:
  mill_door: {at: square, key: key}
items:
  key: {name: rusty key}
  flour: {}
  coin: {}
  bread: {}
start: {player.at: square, player.has.coin: 10}
"""

WORLD = parse_world(MILL, "mill.yaml")


def step(do: str, /, **using: object) -> dict[str, Any]:
    return {"do": do, "with": {name.rstrip("_"): value for name, value in using.items()}}


RIGHT = [
    step("goto", to="forest"),
    step("take", item="key", from_="forest"),
    step("goto", to="square"),
    step("unlock", what="mill_door"),
    step("goto", to="mill"),
    step("talk", to="tom"),
]
