"""What breaks exactly one rule of a quest with which nothing was wrong, for every rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple, TypeAlias

from npcengine.quest.model import Quest
from npcengine.quest.rules.shape import wanted_of
from npcengine.world.builtin import BUILTIN
from npcengine.world.model import World
from npcengine.world.needs import Change
from npcengine.world.state import State
from tests.quest.check.good import good, in_village, village, written

Data: TypeAlias = dict[str, Any]


class Mutated(NamedTuple):
    """A quest that is broken, and the world in which it is."""

    quest: Data | Quest
    world: World | State | None = None

    def as_quest(self) -> Quest:
        given = self.quest
        return given if isinstance(given, Quest) else Quest.model_validate(given, strict=False)


Operator: TypeAlias = Callable[[str], Iterator[Mutated]]
MUTATIONS: dict[str, Operator] = {}


def breaks(code: str) -> Callable[[Operator], Operator]:
    def register(operator: Operator) -> Operator:
        MUTATIONS[code] = operator
        return operator

    return register


def mutations(code: str, name: str) -> Iterator[tuple[Quest, World | State]]:
    for each in MUTATIONS[code](name):
        yield each.as_quest(), each.world or in_village()


def _but(data: Data, change: Callable[[Data], object]) -> Mutated:
    changed = deepcopy(data)
    change(changed)
    return Mutated(changed)


def _each(name: str) -> Iterator[tuple[int, Data]]:
    yield from enumerate(written(name)["objectives"])


def _set(name: str, *path: str | int, to: object) -> Mutated:
    """Return the quest with another value at a place."""
    data = written(name)
    inner: Any = data
    for part in path[:-1]:
        inner = inner[part] if isinstance(part, int) else inner.setdefault(part, {})
    inner[path[-1]] = to
    return Mutated(data)


def _with(name: str, *more: Data) -> Mutated:
    """Return the quest with more objectives, which all of its outcomes need."""
    data = written(name)
    data["objectives"] += deepcopy(list(more))
    for outcome in data["outcomes"]:
        outcome["needs"] += [each["id"] for each in more if not each.get("optional")]
    return Mutated(data)


def _task(id: str, do: str, **using: str | int) -> Data:
    return {"id": id, "do": do, "with": using}


def _kinds(objective: Data) -> Mapping[str, tuple[str, ...]]:
    """Return the parameters of an objective that are entities, and of what kinds."""
    as_one = Quest.model_validate(
        written("a capture") | {"objectives": [objective]}, strict=False
    ).objectives[0]
    wanted = wanted_of(village(), as_one)
    return {
        name: kinds
        for name, kinds in wanted.items()
        if name in objective["with"] and kinds not in (("number",), ("text",))
    }


def _said(name: str, more: str, fields: tuple[str, ...] = ("title", "offer")) -> Iterator[Mutated]:
    """Give the quest with more said in one text, in all languages."""
    for field in fields if written(name).get("texts") else ():
        data = written(name)
        for pack in data["texts"].values():
            pack[field] += more
        yield Mutated(data)


@breaks("QST101")
def _too_large(name: str) -> Iterator[Mutated]:
    data = written(name)
    yield _set(name, "outcomes", 0, "needs", to=data["outcomes"][0]["needs"] * 41)
    yield _set(name, "roles", to={f"r{n}": "rosa" for n in range(41)})
    yield _set(name, "objectives", 0, "after", to=["x"] * 41)
    yield _set(name, "outcomes", 0, "reward", to={"items": {f"i{n}": 1 for n in range(41)}})


@breaks("QST102")
def _no_world(name: str) -> Iterator[Mutated]:
    for bad in ("not {at}.x = 1", "{at}.x += much", "?"):
        verb = village().verbs["pray"].model_copy(update={"then": (bad,)})
        yield Mutated(written(name), village().model_copy(update={"verbs": {"pray": verb}}))


@breaks("QST111")
def _same_ids(name: str) -> Iterator[Mutated]:
    objectives, outcomes = written(name)["objectives"], written(name)["outcomes"]
    yield _set(name, "objectives", 1, "id", to=objectives[0]["id"])
    yield _set(name, "outcomes", to=[*outcomes, outcomes[0]])


@breaks("QST112")
def _no_verb(name: str) -> Iterator[Mutated]:
    for index, each in _each(name):
        for verb in (f"{each['do']}x", each["do"].upper(), "frobnicate"):
            yield _set(name, "objectives", index, "do", to=verb)


@breaks("QST113")
def _missing(name: str) -> Iterator[Mutated]:
    for index, each in _each(name):
        optional = BUILTIN[each["do"]].optional if each["do"] in BUILTIN else {"count"}
        for parameter in each["with"].keys() - optional:
            rest = {key: value for key, value in each["with"].items() if key != parameter}
            yield _set(name, "objectives", index, "with", to=rest)


@breaks("QST114")
def _unknown_parameter(name: str) -> Iterator[Mutated]:
    for index, _ in _each(name):
        yield _set(name, "objectives", index, "with", "colour", to="red")


@breaks("QST115")
def _wrong_count(name: str) -> Iterator[Mutated]:
    for index, each in _each(name):
        verb = BUILTIN.get(each["do"])
        if each["do"] == "obtain" or (verb and "count" in verb.parameters):
            for wrong in (0, -1, 10_001, "three"):
                yield _set(name, "objectives", index, "with", "count", to=wrong)


@breaks("QST121")
def _nothing(name: str) -> Iterator[Mutated]:
    yield _set(name, "giver", to="nobody")
    yield _set(name, "roles", "villain", to="nobody")
    yield _set(name, "outcomes", 0, "reward", to={"items": {"nothing": 1}})
    yield _set(name, "outcomes", 0, "reward", to={"standing": {"nobody": 1}})
    for index, each in _each(name):
        for parameter in _kinds(each):
            for id in ("nobody", each["with"][parameter] + "x", 7):
                yield _set(name, "objectives", index, "with", parameter, to=id)


@breaks("QST122")
def _wrong_kind(name: str) -> Iterator[Mutated]:
    yield _set(name, "giver", to="boar")
    yield _set(name, "outcomes", 0, "reward", to={"items": {"rosa": 1}})
    yield _set(name, "outcomes", 0, "reward", to={"standing": {"coin": 1}})
    for index, each in _each(name):
        for parameter, kinds in _kinds(each).items():
            for id, kind in (("guild", "faction"), ("way_in", "information"), ("ale", "item")):
                if kind not in kinds:
                    yield _set(name, "objectives", index, "with", parameter, to=id)


@breaks("QST123")
def _kept_out(name: str) -> Iterator[Mutated]:
    yield _set(name, "giver", to="saint")
    yield _set(name, "roles", "patron", to="saint")
    for index, each in _each(name):
        for parameter, kinds in _kinds(each).items():
            if "person" in kinds:
                yield _set(name, "objectives", index, "with", parameter, to="saint")


@breaks("QST131")
def _not_there(name: str) -> Iterator[Mutated]:
    data = written(name)
    yield _set(name, "objectives", 0, "after", to=["nothing"])
    yield _set(name, "outcomes", 0, "needs", 0, to="nothing")
    for locale in data.get("texts", ()):
        yield _set(name, "texts", locale, "objectives", "nothing", to="Do nothing.")
        yield _set(name, "texts", locale, "thanks", "nothing", to="For nothing.")
        break


@breaks("QST132")
def _circle(name: str) -> Iterator[Mutated]:
    for index, each in _each(name):
        yield _set(name, "objectives", index, "after", to=[*each.get("after", ()), each["id"]])
        for id in each.get("after", ()):
            first = next(at for at, one in _each(name) if one["id"] == id)
            yield _set(name, "objectives", first, "after", to=[each["id"]])


@breaks("QST133")
def _useless(name: str) -> Iterator[Mutated]:
    data = _with(name).as_quest().model_dump(by_alias=True)
    talk = _task("gossip", "guard", what="bell")
    yield Mutated(data | {"objectives": [*data["objectives"], talk]})
    waited_for = {id for _, each in _each(name) for id in each.get("after", ())}
    for _, each in _each(name):
        if each["id"] not in waited_for and not each.get("optional"):
            outcomes = deepcopy(written(name)["outcomes"])
            for outcome in outcomes:
                outcome["needs"] = [id for id in outcome["needs"] if id != each["id"]]
            if len(outcomes) == 1 and outcomes[0]["needs"]:
                yield _set(name, "outcomes", to=outcomes)


@breaks("QST134")
def _incomplete(name: str) -> Iterator[Mutated]:
    after = {each["id"]: each.get("after", ()) for _, each in _each(name)}
    for at, outcome in enumerate(written(name)["outcomes"]):
        for id in dict.fromkeys(one for each in outcome["needs"] for one in after[each]):
            rest = [each for each in outcome["needs"] if each != id]
            yield _set(name, "outcomes", at, "needs", to=rest)


@breaks("QST135")
def _optional(name: str) -> Iterator[Mutated]:
    for index, each in _each(name):
        if not each.get("optional"):
            yield _set(name, "objectives", index, "optional", to=True)


@breaks("QST136")
def _overtaken(name: str) -> Iterator[Mutated]:
    outcomes = written(name)["outcomes"]
    yield _set(name, "outcomes", to=[*outcomes, {**outcomes[0], "id": "again"}])
    more = _with(name, _task("more", "guard", what="bell")).as_quest().model_dump(by_alias=True)
    longer = {"id": "longer", "needs": [*outcomes[0]["needs"], "more"]}
    yield Mutated(more | {"outcomes": [*outcomes, longer]})


@breaks("QST137")
def _again(name: str) -> Iterator[Mutated]:
    for _, each in _each(name):
        if each["do"] not in ("talk", "ask", "tell", "choose", "goto", "escort"):
            data = written(name)
            data["objectives"].append({**each, "id": "again"})
            for outcome in data["outcomes"]:
                if each["id"] in outcome["needs"]:
                    outcome["needs"].append("again")
            if any("again" in outcome["needs"] for outcome in data["outcomes"]):
                yield Mutated(data)


@breaks("QST141")
def _not_around(name: str) -> Iterator[Mutated]:
    giver = written(name)["giver"]
    yield _set(name, "giver", to="late_anna")
    yield Mutated(written(name), in_village().after([Change(f"{giver}.alive", False)]))
    yield Mutated(written(name), in_village().after([Change(f"{giver}.at", "")]))


@breaks("QST142")
def _needed_alive(name: str) -> Iterator[Mutated]:
    giver = written(name)["giver"]
    targets = [] if giver == "abbot" else [giver]
    for _, each in _each(name):
        people = (value for key, value in each["with"].items() if key in ("to", "who"))
        if each["do"] != "goto" and not each.get("optional"):
            targets += [one for one in people if one in village().people and one != "abbot"]
    for target in dict.fromkeys(targets):
        if all(each["with"].get("target") != target for _, each in _each(name)):
            yield _with(name, _task("deed", "kill", target=target))
            yield _with(name, {**_task("deed", "kill", target=target), "optional": True})


@breaks("QST143")
def _essential(name: str) -> Iterator[Mutated]:
    if written(name)["giver"] != "abbot":
        yield _with(name, _task("deed", "kill", target="abbot"))
        yield _with(name, _task("deed", "capture", target="abbot"))


@breaks("QST144")
def _essential_item(name: str) -> Iterator[Mutated]:
    yield _with(name, _task("offering", "give", item="relic", to="hugo"))
    yield _with(name, {**_task("offering", "give", item="relic", to="bell"), "optional": True})


@breaks("QST145")
def _too_strong(name: str) -> Iterator[Mutated]:
    yield _with(name, _task("feat", "kill", target="wyrm"))
    if name != "a capture":  # whose opponent is within reach of hard quests only
        weak = in_village().after([Change("player.level", -20)])
        for _, each in _each(name):
            if each["do"] == "kill":
                yield Mutated(written(name), weak)


@breaks("QST151")
def _unique(name: str) -> Iterator[Mutated]:
    has_idol = in_village().after([Change("player.has.medal", 1)])
    rewarded = [{**each, "reward": {"items": {"medal": 1}}} for each in written(name)["outcomes"]]
    yield Mutated(written(name) | {"outcomes": rewarded}, has_idol)
    yield _set(name, "outcomes", 0, "reward", to={"items": {"relic": 1}})
    yield _set(name, "outcomes", 0, "reward", to={"items": {"medal": 2}})


@breaks("QST152")
def _asked_for(name: str) -> Iterator[Mutated]:
    for _, each in _each(name):
        item = each["with"].get("item", "coin")
        if each["do"] != "use" and not village().items[item].unique and item != "coin":
            yield _set(name, "outcomes", 0, "reward", to={"items": {item: 1}})


@breaks("QST153")
def _no_money(name: str) -> Iterator[Mutated]:
    rewarded = _set(name, "outcomes", 0, "reward", to={"money": 5.0})
    yield Mutated(rewarded.quest, village().model_copy(update={"money": None}))


@breaks("QST154")
def _too_much(name: str) -> Iterator[Mutated]:
    for money in (100_001.0, 900_000_000.0):
        yield _set(name, "outcomes", 0, "reward", to={"money": money})


@breaks("QST155")
def _unfair(name: str) -> Iterator[Mutated]:
    quest = good(name)
    for times in (0.2, 3.0):
        outcomes = tuple(
            each.model_copy(
                update={"reward": each.reward.model_copy(
                    update={"money": each.reward.money * times}
                )}
            )
            for each in quest.outcomes
        )  # fmt: skip
        yield Mutated(quest.model_copy(update={"outcomes": outcomes}))


@breaks("QST161")
def _empty(name: str) -> Iterator[Mutated]:
    for locale, pack in written(name).get("texts", {}).items():
        for field in ("title", "offer"):
            yield _set(name, "texts", locale, field, to="   ")
        for group in ("thanks", "objectives"):
            for id in pack.get(group, ()):
                yield _set(name, "texts", locale, group, id, to="")


@breaks("QST162")
def _unknown_token(name: str) -> Iterator[Mutated]:
    for token in ("{nobody}", "{}", "{Giver}", "{find.colour}"):
        yield from _said(name, f" {token}")


@breaks("QST163")
def _unlike(name: str) -> Iterator[Mutated]:
    for pack in list(written(name).get("texts", {}).values())[:1]:
        number = f" {{{written(name)['objectives'][0]['id']}.count}}"
        yield _set(name, "texts", "fr", to=pack | {"title": pack["title"] + number})
        yield _set(name, "texts", "fr", to=pack | {"accept": "Merci !"})
        for id, text in pack.get("objectives", {}).items():
            said = pack["objectives"] | {id: text + f" {{{id}.count}}"}
            yield _set(name, "texts", "fr", to=pack | {"objectives": said})


@breaks("QST164")
def _others_named(name: str) -> Iterator[Mutated]:
    yield from _said(name, " Beware of the wyrm.")
    yield from _said(name, " To Heath!", ("title",))


@breaks("QST165")
def _other_numbers(name: str) -> Iterator[Mutated]:
    for more in (" Bring 57 of them.", " 57 pieces!", " 带来57个。", " ５７ mal, ja?"):
        yield from _said(name, f".{more}")
    for id in written(name).get("texts", {}).get("en", {}).get("objectives", {}):
        for text in ("Fifty-seven of them.", "Seven, and quick.", "57!", "带来五十七个。"):
            data = written(name)
            del data["texts"]["en"]["objectives"][id]
            data["texts"] = {"en": data["texts"]["en"]}
            data["texts"]["en"].setdefault("objectives", {})[id] = text
            yield Mutated(data)


@breaks("QST166")
def _remains(name: str) -> Iterator[Mutated]:
    for more in (" **now**", " <b>now</b>", " ```json", ' {"title": "x"}', " [b]now[/b]",
                 " `now`", "\n# Rewards", "\n- gold", ' "gold": [', " }", r" \n now"):  # fmt: skip
        yield from _said(name, more)


@breaks("QST167")
def _leaked(name: str) -> Iterator[Mutated]:
    yield from _said(name, " As an AI language model, I cannot go there.")
    yield from _said(name, " My system prompt says so.")


@breaks("QST168")
def _unseen(name: str) -> Iterator[Mutated]:
    for more in ("\u202eno", "\x07 no", "\u200bno", "\U000e0041 no"):
        yield from _said(name, more)


@breaks("QST171")
def _over(name: str) -> Iterator[Mutated]:
    data = written(name)
    for id in village().people:
        of = [each["id"] for _, each in _each(name) if id in each["with"].values()
              and each["do"] != "kill"]  # fmt: skip
        if id != data["giver"] and all(set(of) & set(each["needs"]) for each in data["outcomes"]):
            yield Mutated(data, in_village().after([Change(f"{id}.alive", False)]))
    data["objectives"] = [_task("here", "goto", to="green")]
    data["outcomes"] = [{"id": "done", "needs": ["here"]}]
    data["texts"] = {}
    yield Mutated(data)


@breaks("QST172")
def _done_already(name: str) -> Iterator[Mutated]:
    if all(each["with"].get("to") != "green" for _, each in _each(name)):
        yield _with(name, _task("here", "goto", to="green"))
    yield _with(name, _task("rich", "obtain", item="coin"))
    yield _with(name, {**_task("rich", "obtain", item="coin"), "optional": True})


@breaks("QST173")
def _never_told(name: str) -> Iterator[Mutated]:
    yield _with(name, _task("pray", "pray", at="chapel"))


@breaks("QST174")
def _impossible(name: str) -> Iterator[Mutated]:
    yield _with(name, _task("far", "goto", to="heath"))
    yield _with(name, _task("more", "gather", item="tongs"))
    if name != "something to read":
        yield _with(name, _task("study", "read", about="old_feud", **{"in": "tongs"}))


@breaks("QST175")
def _not_reached(name: str) -> Iterator[Mutated]:
    data = written(name)
    if len(data["outcomes"]) == 1:
        longer = {"id": "longer", "needs": [*data["outcomes"][0]["needs"], "more"]}
        data["objectives"].append(_task("more", "guard", what="bell"))
        yield Mutated(data | {"outcomes": [longer, *data["outcomes"]]})


@breaks("QST176")
def _dead_end(name: str) -> Iterator[Mutated]:
    if all(each["do"] != "unlock" for _, each in _each(name)):
        key = _task("key", "give", item="chapel_key", to="hugo")
        yield _with(name, _task("open", "unlock", what="chapel_door"), key)
        yield _with(name, _task("peek", "goto", to="chapel"), key)


@breaks("QST177")
def _assumed(name: str) -> Iterator[Mutated]:
    yield _with(name, _task("far", "goto", to="ferry"))


@breaks("QST178")
def _given_up(name: str) -> Iterator[Mutated]:
    if name in ("a capture", "something to read"):
        places = ("inn", "forge", "hills", "green", "bell")
        guarded = [_task(f"guard_{each}", "guard", what=each) for each in places]
        people = ("rosa", "egon", "hugo", "abbot", "pia")
        paid = [_task(f"pay_{each}", "pay", to=each, count=1) for each in people]
        yield _with(name, _task("lead", "escort", who="rosa", to="green"), *guarded, *paid)


@breaks("QST179")
def _stale(name: str) -> Iterator[Mutated]:
    quest = good(name)
    assert quest.proof is not None
    for index, plan in enumerate(quest.proof.plans):
        others = [each for each in quest.proof.plans if each is not plan]
        shorter = plan.model_copy(update={"steps": plan.steps[:-1]})
        gone = plan.model_copy(update={"steps": (*plan.steps[:-1], quest.objectives[0])})
        for plans in (others, [*others, shorter], [*others[:index], gone, *others[index:]]):
            if plans != [*others, plan]:
                stale = quest.proof.model_copy(update={"plans": tuple(plans)})
                yield Mutated(quest.model_copy(update={"proof": stale}))


@breaks("QST180")
def _no_time(name: str) -> Iterator[Mutated]:
    proof = good(name).proof
    assert proof is not None
    longest = max(plan.minutes for plan in proof.plans)
    yield _set(name, "minutes", to=longest - 0.5)
    yield _set(name, "minutes", to=0.0)


@breaks("QST181")
def _does_not_live(name: str) -> Iterator[Mutated]:
    data = written(name)
    data["objectives"] = [_task("deed", "poison", who=data["giver"])]
    data["outcomes"] = [{"id": "done", "needs": ["deed"]}]
    data["texts"] = {}
    yield Mutated(data)
