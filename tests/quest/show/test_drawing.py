import re
from itertools import combinations
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine.quest.model import Quest, TextPack
from npcengine.quest.show.fit import ems
from npcengine.quest.show.graph import graph_of
from npcengine.quest.show.journey import MANY, around, journey
from npcengine.quest.show.markdown import as_markdown
from npcengine.quest.show.mermaid import as_mermaid
from npcengine.quest.show.svg import as_svg
from npcengine.quest.show.text import as_text
from npcengine.world.loader import load_world, world_from
from npcengine.world.model import World
from npcengine.world.needs import Change
from npcengine.world.state import State
from tests.quest.price.hamlet import HAMLET, START, proved, quest, rich_quest
from tests.quest.show.shown import HOSTILE, QUEST, renamed, whole

SVG = "{http://www.w3.org/2000/svg}"


def drawn(quest: Quest, state: State, locale: str = "en") -> Element:
    return fromstring(as_svg(quest, state, locale))


def texts(drawing: Element) -> list[str]:
    return [each.text or "" for each in drawing.iter(f"{SVG}text")]


def test_a_drawing_shows_the_graph_and_the_way() -> None:
    drawing = drawn(QUEST, START)
    assert drawing.tag == f"{SVG}svg"
    shown = texts(drawing)
    for wanted in ("Kill wolf (3)", "optional", "hidden", "Well Square", "mine"):
        assert wanted in shown
    assert {"Reward: furs", "Reward: crowned"} <= set(shown)
    assert "1. inn: Ask Humphrey about this: what the miller saw" in shown
    assert {"1", "2", "3"} <= set(shown)
    routes = drawing.findall(f".//{SVG}polyline[@class='route']")
    assert len(routes) == 3  # to the inn, to the wood, and to the forge
    assert drawing.findall(f".//{SVG}polyline[@class='path shut']")
    style = drawing.findtext(f"{SVG}style") or ""
    assert "@media (prefers-color-scheme: dark)" in style
    assert not re.search("https?:|@import|url\\(", style)


def test_a_drawing_without_a_proof_has_no_map() -> None:
    drawing = drawn(rich_quest(), START)
    assert "Kill wolf (3)" in texts(drawing)
    assert not drawing.findall(f".//{SVG}polyline")
    nowhere = State.of(HAMLET.model_copy(update={"start": {}}))
    assert not drawn(QUEST, nowhere).findall(f".//{SVG}polyline")


def test_the_same_quest_gives_the_same_drawing() -> None:
    again = State.of(HAMLET.model_copy())
    assert as_svg(QUEST, START, "de") == as_svg(whole(), again, "de")
    assert as_svg(QUEST, START, "de") != as_svg(QUEST, START, "en")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("locale", ["en", "ja"])
def test_a_name_is_text_and_nothing_else_in_a_drawing(name: str, locale: str) -> None:
    state = State.of(renamed(name))
    plain = drawn(QUEST, START, locale)
    drawing = drawn(QUEST, state, locale)
    assert {each.tag for each in drawing.iter()} == {each.tag for each in plain.iter()}
    assert {a for each in drawing.iter() for a in each.attrib} == {
        a for each in plain.iter() for a in each.attrib
    }
    assert "<script" not in as_svg(QUEST, state, locale)


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=90), st.text(max_size=200), st.sampled_from(["en", "zh", "fr", "xx"]))
def test_any_text_makes_a_drawing(name: str, words: str, locale: str) -> None:
    own = TextPack(title=words, offer=words, objectives={"hunt": words})
    asked = QUEST.model_copy(update={"texts": {"en": own}})
    world = renamed(name or "x")
    assert fromstring(as_svg(asked, State.of(world), locale)).tag == f"{SVG}svg"
    assert as_mermaid(asked, world, locale)
    assert as_markdown(asked, world, locale)
    assert as_text(asked, world, locale, 30)


def names_on_map(drawing: Element) -> list[tuple[float, float, float, float]]:
    """Give the boxes of the names on a map, as broad as they are thought to be."""
    boxes = []
    for each in drawing.iter(f"{SVG}text"):
        if "halo" in each.get("class", ""):
            x, y = float(each.get("x", "")), float(each.get("y", ""))
            width = ems(each.text or "") * 12
            left = {"start": x, "middle": x - width / 2, "end": x - width}[
                each.get("text-anchor", "")
            ]
            boxes.append((left, y - 11, left + width, y + 3))
    return boxes


def crossroads(count: int) -> World:
    """Build a world of streets that cross, with somebody to see at its far end."""
    exits: list[list[str]] = [[] for _ in range(count)]
    for n in range(count):
        exits[n] += [f"p{n + 1}"] if n % 8 != 7 and n + 1 < count else []
        exits[n] += [f"p{n + 8}"] if n + 8 < count else []
    places = {f"p{n}": {"name": f"Crossing {n}", "exits": exits[n]} for n in range(count)}
    people = {"mira": {"at": "p0"}, "humphrey": {"at": f"p{count - 1}"}}
    return world_from({"places": places, "people": people, "start": {"player.at": "p0"}})


@pytest.mark.parametrize("count", [1, 8, 64])
def test_names_on_a_map_do_not_cover_each_other(count: int) -> None:
    state = State.of(crossroads(count))
    asked = quest("talk to=humphrey")
    proof = proved(asked, state)
    way = journey(proof.plans[0], state)
    drawing = drawn(asked.model_copy(update={"proof": proof}), state)
    boxes = names_on_map(drawing)
    assert way is not None
    assert len(boxes) == len(around(state, way.places))
    for n, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[:n]:
            across = min(right, other[2]) - max(left, other[0])
            down = min(bottom, other[3]) - max(top, other[1])
            assert across <= 0 or down <= 0
    width, height = float(drawing.get("width", "")), float(drawing.get("height", ""))
    assert 100 < width < 4000
    assert 100 < height < 4000


def test_names_on_a_map_cover_no_arrow() -> None:
    state = State.of(load_world("examples/oakvale/world.yaml"))
    for ends in combinations(("forge", "healer_house", "north_wood", "tower", "milestone"), 2):
        asked = quest(*(f"goto to={end}" for end in ends), giver="innkeeper")
        drawing = drawn(asked.model_copy(update={"proof": proved(asked, state)}), state)
        names = names_on_map(drawing)
        for head in drawing.iterfind(f".//{SVG}polygon[@class='head']"):
            corners = [
                tuple(map(float, each.split(","))) for each in head.get("points", "").split()
            ]
            x, y = (sum(each[n] for each in corners) / len(corners) for n in (0, 1))
            assert not any(box[0] < x < box[2] and box[1] < y < box[3] for box in names), ends


def test_what_is_done_at_a_stop_is_indented_where_it_goes_on() -> None:
    told = "tell him everything that anybody ever saw or heard of it " * 2
    world = renamed(told.strip()[:80])
    drawing = drawn(QUEST, State.of(world))
    lines = list(drawing)
    first = next(n for n, each in enumerate(lines) if (each.text or "").startswith("1. "))
    begins, goes_on = (float(each.get("x", "")) for each in lines[first : first + 2])
    assert goes_on > begins


def test_a_drawing_in_chinese_is_chinese() -> None:
    shown = texts(drawn(QUEST, START, "zh"))
    assert "奖励：furs" in shown
    assert any("、" in each for each in shown)
    assert not any(", " in each or ": " in each for each in shown)


def test_a_map_of_a_large_world_shows_what_is_near() -> None:
    state = State.of(crossroads(800))
    asked = quest("talk to=humphrey")
    way = journey(proved(asked, state).plans[0], state)
    assert way is not None
    near = around(state, way.places)
    assert set(way.places) <= set(near)
    assert len(near) <= MANY
    assert len(set(near)) == len(near)


def test_a_journey_ends_where_it_cannot_be_followed() -> None:
    plan = proved(rich_quest()).plans[0]
    way = journey(plan, START.after([Change("humphrey.alive", False)]))
    assert way is not None
    assert way.legs == [("square", "inn")]
    assert way.stops == []


def test_a_graph_leaves_out_what_goes_without_saying() -> None:
    asked = quest("talk to=humphrey", "talk to=mira", "talk to=fence")
    objectives = list(asked.objectives)
    objectives[2] = objectives[2].model_copy(update={"after": ("a", "b", "nowhere")})
    graph = graph_of(asked.model_copy(update={"objectives": tuple(objectives)}), HAMLET, "en")
    assert graph.edges == ((0, 1), (1, 2), (2, 3), (3, 4))


def test_a_graph_that_goes_in_circles_is_drawn_all_the_same() -> None:
    asked = quest("talk to=humphrey", "talk to=mira")
    first, second = asked.objectives
    first = first.model_copy(update={"after": ("b",)})
    circle = asked.model_copy(update={"objectives": (first, second)})
    assert texts(drawn(circle, START))
    assert as_mermaid(circle, HAMLET, "en")


def test_boxes_of_a_graph_do_not_overlap() -> None:
    objectives = [
        {"id": f"o{n}", "do": "talk", "with": {"to": "mira"},
         "after": tuple(f"o{m}" for m in range(n) if (n * m + n) % 5 == 1)}
        for n in range(30)
    ]  # fmt: skip
    asked = Quest.model_validate(
        {"id": "web", "giver": "mira", "motive": "serenity", "strategy": "x",
         "objectives": tuple(objectives), "outcomes": ({"id": "end", "needs": ("o29", "o28")},)}
    )  # fmt: skip
    drawing = drawn(asked, START)
    boxes = [
        tuple(float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        for rect in drawing.iter(f"{SVG}rect")
        if rect.get("class") != "ground"
    ]
    assert len(boxes) == 32
    for n, (x, y, width, height) in enumerate(boxes):
        for ox, oy, other, high in boxes[:n]:
            assert x + width <= ox or ox + other <= x or y + height <= oy or oy + high <= y
