"""What a finding says, and where rules hold back."""

from typing import Any

from npcengine.quest.check import Finding, check
from npcengine.quest.model import Quest
from npcengine.world.needs import Change
from tests.quest.check.good import good, in_village, written

Data = dict[str, Any]


def of(data: Data) -> Quest:
    return Quest.model_validate(data, strict=False)


def told(data: Data) -> Finding:
    [one] = check(of(data), in_village())
    return one


def test_a_finding_says_what_is_wrong_where_and_what_to_do() -> None:
    data = written("a hunt with a report")
    data["objectives"][1]["with"]["to"] = "rossa"
    one = told(data)
    assert (one.code, one.severity, one.path) == ("QST121", "error", "objectives[1].with.to")
    assert str(one) == (
        "QST121 objectives[1].with.to: there is no person 'rossa' (did you mean 'rosa'?)"
    )


def test_what_is_wrong_in_several_places_is_told_at_once() -> None:
    data = written("a hunt with a report")
    data["giver"] = "nobody"
    data["objectives"][0]["with"] = {"target": "boar", "count": 0, "fast": 1}
    data["texts"]["en"]["title"] = "**Pests**"
    found = [(each.code, each.path) for each in check(of(data), in_village())]
    assert found == [
        ("QST114", "objectives[0].with.fast"),
        ("QST115", "objectives[0].with.count"),
        ("QST121", "giver"),
        ("QST166", "texts.en.title"),
    ]


def test_what_was_possible_is_not_any_more_once_the_world_has_changed() -> None:
    quest = good("behind a locked gate")
    assert check(quest, in_village()) == ()
    robbed = in_village().after([Change("chest.has.cave_key", 0)])
    assert [each.code for each in check(quest, robbed)] == ["QST174", "QST179"]


def test_a_quest_without_any_reward_is_not_priced_yet() -> None:
    assert check(of(written("a hunt with a report")), in_village()) == ()


def test_somebody_may_be_killed_on_one_way_who_is_needed_on_another() -> None:
    data = written("a choice")
    data["objectives"][2] = {
        "id": "spare", "do": "give", "with": {"item": "ale", "to": "thief"}, "after": ["meet"]
    }  # fmt: skip
    assert check(of(data), in_village()) == ()


def test_a_place_may_be_named_in_passing() -> None:
    data = written("a hunt with a report")
    data["texts"]["en"]["offer"] += " They came all the way from the cave."
    assert check(of(data), in_village()) == ()
    data["texts"]["en"]["objectives"]["hunt"] += " Look in the cave."
    assert told(data).code == "QST164"


def test_a_name_within_the_name_of_what_the_quest_is_about_is_no_other() -> None:
    data = written("an open door and a theft")
    data["texts"] = {"en": {"title": "The chapel door", "offer": "Open the chapel door for me."}}
    assert check(of(data), in_village()) == ()


def test_times_and_rewards_may_stand_in_texts() -> None:
    data = written("a hunt with a report")
    data["minutes"] = 240
    money = good("a hunt with a report").outcomes[0].reward.money
    data["outcomes"][0]["reward"] = {"money": money}
    data["texts"]["en"]["offer"] = "Kill {count} before 9 o'clock. You have 240 minutes."
    data["texts"]["en"]["thanks"] = {"done": f"Here are {money:g} coins."}
    assert check(of(data), in_village()) == ()


def test_a_number_in_words_is_only_a_way_of_speaking_outside_the_journal() -> None:
    data = written("a hunt with a report")
    data["texts"]["en"]["offer"] = "I have only two hands. Kill {count}, and ten cheers for you."
    assert check(of(data), in_village()) == ()


def test_languages_may_call_the_giver_and_the_player_by_name_as_they_like() -> None:
    data = written("a delivery, in two languages")
    data["texts"]["de"]["title"] = "Durst, {player}!"
    data["texts"]["en"]["thanks"]["done"] = "{giver} thanks you."
    assert check(of(data), in_village()) == ()


def test_the_same_may_be_asked_for_again_after_something_else() -> None:
    data = written("a hunt with a report")
    data["objectives"].insert(0, {"id": "hello", "do": "talk", "with": {"to": "rosa"}})
    data["objectives"][1]["after"] = ["hello"]
    data["outcomes"][0]["needs"].append("hello")
    assert check(of(data), in_village()) == ()


def test_a_proof_may_be_missing_or_of_another_way() -> None:
    quest = good("behind a locked gate")
    assert check(quest.model_copy(update={"proof": None}), in_village()) == ()
