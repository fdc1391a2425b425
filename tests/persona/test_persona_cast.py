import pytest

from npcengine.errors import UnknownNPC, UsageError
from npcengine.persona.cast import Cast, described
from npcengine.persona.model import Persona


def persona(npc: str) -> Persona:
    return Persona(id=npc, name=npc.title(), description="Someone.")


def test_a_cast_finds_its_personas_by_id() -> None:
    mira, tobin = persona("mira"), persona("tobin")
    cast = Cast([mira, tobin])

    assert cast["tobin"] is tobin
    assert "mira" in cast
    assert "nobody" not in cast
    assert len(cast) == 2
    assert list(cast) == [mira, tobin]
    assert cast.ids == ("mira", "tobin")
    assert repr(cast) == "Cast(mira, tobin)"


@pytest.mark.parametrize(
    ("asked", "suggestion"),
    [("mirra", "mira"), ("Mira", "mira"), ("zzz", None), ("", None), ("mira" * 10_000, None)],
)
def test_an_unknown_id_gets_the_nearest_one(asked: str, suggestion: str | None) -> None:
    with pytest.raises(UnknownNPC) as caught:
        Cast([persona("mira"), persona("tobin")])[asked]

    assert caught.value.npc == asked
    assert caught.value.suggestion == suggestion
    assert caught.value.known == ("mira", "tobin")


def test_a_description_that_cannot_be_used_is_told_in_plain_words() -> None:
    with pytest.raises(UsageError) as caught:
        described("Mira Holt", "A blacksmith.", None)
    assert str(caught.value) == (
        "add_persona: id: 'Mira Holt' is not an id: lower case letters, digits, '.', '_' and '-' "
        "only (write 'mira-holt')"
    )


def test_an_empty_cast_knows_nobody() -> None:
    with pytest.raises(UnknownNPC, match="Loaded: none"):
        Cast()["mira"]


def test_adding_gives_another_cast() -> None:
    cast = Cast([persona("mira")])
    larger = cast.with_persona(persona("tobin"))

    assert larger.ids == ("mira", "tobin")
    assert cast.ids == ("mira",)


def test_an_id_is_never_taken_over() -> None:
    cast = Cast([persona("mira")])
    with pytest.raises(UsageError, match="'mira'"):
        cast.with_persona(persona("mira"))
    with pytest.raises(UsageError, match="'mira'"):
        Cast([persona("mira"), persona("mira")])
