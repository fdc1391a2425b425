"""What is given for a quest."""

from __future__ import annotations

from collections.abc import Iterator

from npcengine.content.yaml_tree import Loc
from npcengine.quest.model import Reward
from npcengine.quest.pricing.price import LEAST, MOST, is_fair, value_of, worth_of
from npcengine.quest.proving.prove import NoProof
from npcengine.quest.rules.rule import Case, Found, Rule

_BROUGHT = frozenset({"obtain", "take", "gather", "buy", "make", "steal", "give"})


def _rewards(case: Case) -> Iterator[tuple[Loc, Reward]]:
    for index, each in enumerate(case.quest.outcomes):
        yield ("outcomes", index, "reward"), each.reward


def _items(case: Case) -> Iterator[tuple[Loc, str, int]]:
    for loc, reward in _rewards(case):
        for item, count in reward.items.items():
            if item in case.state.world.items:
                yield (*loc, "items", item), item, count


def _not_there(case: Case) -> Iterator[Found]:
    state, giver = case.state, case.quest.giver
    for loc, item, count in _items(case):
        if not state.world.items[item].unique:
            continue
        hint = "give something else, or what the giver has"
        if count > 1:
            yield Found(loc, f"there is only one {item!r} in the world", hint)
        elif state.number(f"player.has.{item}") >= 1:
            yield Found(loc, f"the player has the only {item!r}", hint)
        elif state.number(f"{giver}.has.{item}") < 1 and state.index.sources.get(item):
            yield Found(loc, f"{giver!r} does not have the only {item!r}", hint)


def _asked_for(case: Case) -> Iterator[Found]:
    brought = {each.using.get("item") for each in case.quest.objectives if each.do in _BROUGHT}
    for loc, item, _ in _items(case):
        if item in brought:
            message = f"{item!r} is what the quest asks for"
            yield Found(loc, message, "give something else for it")


def _no_money(case: Case) -> Iterator[Found]:
    for loc, reward in _rewards(case):
        if reward.money and case.state.world.money is None:
            hint = "give items or experience, or write the world's 'money'"
            yield Found((*loc, "money"), "this world has no money", hint)


def _too_much(case: Case) -> Iterator[Found]:
    most = case.state.world.prices.most
    for loc, reward in _rewards(case):
        if reward.money > most and case.state.world.money is not None:
            message = f"no reward in this world is more money than {most:g}"
            yield Found((*loc, "money"), message, "give less, or change the world's 'prices.most'")


def _unfair(case: Case) -> Iterator[Found]:
    """Compare with what the proof's plans are worth. A quest that nobody priced is left alone."""
    quest, proof = case.quest, case.verdict
    if isinstance(proof, NoProof) or all(each.reward == Reward() for each in quest.outcomes):
        return
    plans = {plan.outcome: plan for plan in proof.plans}
    for index, outcome in enumerate(quest.outcomes):
        worth = worth_of(quest, plans[outcome.id], case.state)
        if not is_fair(outcome.reward, worth, case.state):
            value = value_of(outcome.reward, case.state)
            message = f"it is worth {value:g}, and what is done for it {worth.money:.3g}"
            hint = f"give something worth {LEAST * worth.money:.3g} to {MOST * worth.money:.3g}"
            yield Found(("outcomes", index, "reward"), message, hint)


def _reward(text: str) -> str:
    return f"outcomes:\n  - {{id: done, needs: [find, bring], reward: {{{text}}}}}\n"


_FAIR = "money: 60"

RULES = (
    Rule(
        "QST151",
        "A unique reward that is not there",
        "Of a unique item there is only one. It can be given if the giver has it, or if nobody "
        "has it yet.",
        _not_there,
        _reward("items: {crown: 1}"),
        _reward(_FAIR),
    ),
    Rule(
        "QST152",
        "A reward that was asked for",
        "The player brings something and gets the same back.",
        _asked_for,
        _reward("money: 54, items: {herring: 2}"),
        _reward(_FAIR),
    ),
    Rule(
        "QST153",
        "Money in a world without money",
        "Without `money` in the world there is nothing to pay with.",
        _no_money,
        _reward(_FAIR),
        "difficulty: medium\n",
        world="places: {smithy: {}}\npeople: {mira: {at: smithy}}\nstart: {player.at: smithy}\n"
        "items: {herring: {gather: smithy}}\n",
    ),
    Rule(
        "QST154",
        "More money than any reward may be",
        "The world's `prices.most` is the most that a reward may be.",
        _too_much,
        _reward("money: 200000"),
        _reward(_FAIR),
    ),
)
FAIRNESS = (
    Rule(
        "QST155",
        "A reward that is out of proportion",
        f"A reward is worth from {LEAST:g} to {MOST:g} of what it takes: minutes, danger, level "
        "and what is spent, by the world's `prices`. More tempts players to do nothing else, less "
        "to leave it. A quest without any reward is taken to be not priced yet.",
        _unfair,
        _reward("money: 900"),
        _reward(_FAIR),
        severity="warning",
    ),
)
