"""The verbs of the engine without an event loop, from its start to its end."""

import asyncio
import inspect
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from npcengine import (
    BlockingEngine,
    ContentError,
    NPCEngine,
    PendingLine,
    Persona,
    Quest,
    QuestBrief,
    Saying,
    UsageError,
)
from npcengine.blocking.engine import Setup
from npcengine.errors import EngineClosed, InvalidLine, NoRoute, UnknownNPC
from npcengine.hooks import Event
from npcengine.world.loader import world_from
from tests.blocking.gates import LONG, MIRA, PATIENCE, Gate, Stage

Verb = Callable[[BlockingEngine], object]
WAITING: dict[str, Verb] = {
    "say": lambda engine: engine.say("mira", "Hello?", player="ayla"),
    "greet": lambda engine: engine.greet("mira", player="ayla"),
    "say_all": lambda engine: list(engine.say_all([Saying("mira", "Hello?", "ayla")])),
    "forget": lambda engine: engine.forget("ayla"),
    "add_persona": lambda engine: engine.add_persona("ann", "A baker."),
}
VERBS: dict[str, Verb] = {
    **WAITING,
    "say_soon": lambda engine: engine.say_soon("mira", "Hello?", player="ayla"),
    "greet_soon": lambda engine: engine.greet_soon("mira", player="ayla"),
    "cast": lambda engine: engine.cast,
    "routes": lambda engine: engine.routes,
    "spent": lambda engine: engine.spent,
}
waiting_verbs = pytest.mark.parametrize("verb", WAITING.values(), ids=WAITING)
all_verbs = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)


def in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Begin `work` in a thread; what it returns or raises will be in the list."""
    came: list[object] = []

    def run() -> None:
        try:
            came.append(work())
        except Exception as error:
            came.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, came


def test_many_lines_are_answered_while_the_thread_waits_for_them() -> None:
    s = Stage(answer=lambda request: f"Aye, {request.origin.player}.")
    with s.engine as engine:
        told = engine.say_all([Saying("mira", "Hello?", f"p{n}") for n in range(5)], at_once=2)
        assert {place: reply.text for place, reply in told} == {n: f"Aye, p{n}." for n in range(5)}
        with pytest.raises(UnknownNPC):
            engine.say_all([Saying("nobody", "Hello?", "ayla")])


def test_leaving_a_crowd_early_cancels_what_is_under_way() -> None:
    gate = Gate()
    s = Stage("Aye.", (gate, "Nay."))
    with s.engine as engine:
        told = engine.say_all([Saying("mira", "Hello?", f"p{n}") for n in range(3)], at_once=2)
        assert next(told)[1].text == "Aye."
        gate.await_model()
        told.close()
        gate.await_cancelled()
    assert (s.kept("mira", "p0"), s.kept("mira", "p1")) == ([("Hello?", "Aye.")], [])


def test_a_crowd_ends_with_its_engine() -> None:
    s = Stage("Aye.")
    with s.engine as engine:
        told = engine.say_all([Saying("mira", "Hello?", f"p{n}") for n in range(3)], at_once=1)
        assert next(told)[0] == 0
    with pytest.raises(EngineClosed):
        next(told)


def test_the_verbs_do_what_the_engine_does() -> None:
    s = Stage("Aye.", "Well met.")
    with s.engine as engine:
        assert engine.say("mira", "Hello?", player="ayla").text == "Aye."
        assert engine.greet("mira", player="ayla").text == "Well met."
        assert engine.add_persona("gate_guard", "A guard.").name == "Gate Guard"
        assert sorted(persona.id for persona in engine.cast) == ["gate_guard", "mira", "tom"]
        assert engine.forget("ayla") == 2
        assert engine.routes == {}
        assert engine.spent.total.requests == 2


def test_no_verb_is_missing() -> None:
    verbs = {name for name in dir(NPCEngine) if not name.startswith("_")}
    elsewhere = {"stream", "aclose"}  # say_soon and close
    assert verbs - elsewhere <= set(vars(BlockingEngine))
    wanted = set(inspect.signature(NPCEngine.from_env).parameters)
    assert set(Setup.__annotations__) == wanted


def test_quests_are_made_and_kept_for_a_program_that_waits() -> None:
    world = world_from(
        {
            "places": {"square": {"exits": ["wood"]}, "wood": {}},
            "people": {"mira": {"at": "square"}},
            "items": {"herb": {"gather": "wood"}},
            "start": {"player.at": "square"},
        }
    )
    with BlockingEngine(lambda: NPCEngine(personas=[MIRA], world=world)) as engine:
        quest = engine.quest(QuestBrief("mira"))
        assert isinstance(quest, Quest)
        engine.quests(lambda quests: quests.journal.offer(quest, "ayla", "main"))
        (entry,) = engine.quests(lambda quests: quests.journal.of("ayla", "main"))
        notes = engine.quests(lambda quests: quests.journal.notes("mira", "ayla", "main"))
    assert entry.quest == quest
    assert "waits for an answer" in notes


def test_work_on_quests_that_fails_at_once_is_told() -> None:
    with (
        BlockingEngine(lambda: NPCEngine(personas=[MIRA])) as engine,
        pytest.raises(UsageError, match="has no world"),
    ):
        engine.quests(lambda quests: quests.journal.of("ayla", "main"))


def test_from_env_sets_up_what_the_environment_has() -> None:
    environ = {"NPCENGINE_FAST": "ollama:llama3.2"}
    with BlockingEngine.from_env(personas=[MIRA], environ=environ) as engine:
        assert engine.routes["fast"] == ("ollama:llama3.2",)


def test_errors_reach_the_caller() -> None:
    with Stage().engine as engine:
        with pytest.raises(UnknownNPC):
            engine.say("nobody", "Hello?", player="ayla")
        with pytest.raises(InvalidLine):
            engine.say("mira", "", player="ayla")
        with pytest.raises(NoRoute):
            engine.say("mira", "Hello?", player="ayla", strict=True)


def test_the_engine_is_made_inside_its_own_thread_and_loop() -> None:
    seen: list[tuple[threading.Thread, bool]] = []

    def make() -> NPCEngine:
        seen.append((threading.current_thread(), asyncio.get_running_loop().is_running()))
        return NPCEngine(personas=[MIRA])

    with BlockingEngine(make):
        [(thread, running)] = seen
        assert thread.daemon
        assert thread is not threading.current_thread()
        assert running
    assert not thread.is_alive()


def test_start_and_close_may_be_called_again() -> None:
    made: list[NPCEngine] = []

    def make() -> NPCEngine:
        made.append(NPCEngine(personas=[MIRA]))
        return made[-1]

    engine = BlockingEngine(make)
    starting = [in_thread(engine.start) for _ in range(4)]
    for thread, came in starting:
        thread.join(PATIENCE)
        assert came == [None]
    with engine:
        assert engine.say("mira", "Hello?", player="ayla").text
    closing = [in_thread(engine.close) for _ in range(4)]
    for thread, came in closing:
        thread.join(PATIENCE)
        assert came == [None]
    assert len(made) == 1


def test_what_keeps_the_engine_from_being_made_is_raised_by_start(tmp_path: Path) -> None:
    (tmp_path / "mira.yaml").write_text("id: mira\nname: 3\n", "utf-8")
    engine = BlockingEngine.from_env(personas=tmp_path, environ={})
    with pytest.raises(ContentError, match=r"mira\.yaml:2"):
        engine.start()
    with pytest.raises(EngineClosed):
        engine.start()
    engine.close()


@all_verbs
def test_a_verb_before_the_start_says_what_to_do(verb: Verb) -> None:
    with pytest.raises(UsageError, match=r"engine\.start\(\)"):
        verb(Stage().engine)


@all_verbs
def test_a_verb_after_the_end_is_refused(verb: Verb) -> None:
    engine = Stage().engine
    with engine:
        pass
    with pytest.raises(EngineClosed):
        verb(engine)
    with pytest.raises(EngineClosed):
        engine.start()


def test_closed_before_it_was_started() -> None:
    engine = Stage().engine
    engine.close()
    with pytest.raises(EngineClosed):
        engine.start()


@pytest.mark.parametrize("verb", [*WAITING.values(), BlockingEngine.close], ids=[*WAITING, "close"])
def test_waiting_in_a_hook_is_refused_and_spoils_nothing(verb: Verb) -> None:
    complaints: list[str] = []

    def hook(_: Event) -> None:
        with pytest.raises(UsageError) as caught:
            verb(s.engine)
        complaints.append(str(caught.value))

    s = Stage("Aye.", hooks=(hook,))
    with s.engine as engine:
        assert engine.say("mira", "Hello?", player="ayla").text == "Aye."
        assert complaints
        assert all("own thread" in complaint for complaint in complaints)


def test_a_hook_may_let_somebody_speak_soon() -> None:
    lines: list[PendingLine] = []

    def hook(_: Event) -> None:
        if not lines:
            lines.append(s.engine.say_soon("tom", "What was that?", player="ayla"))

    s = Stage("Aye.", "Nothing.", hooks=(hook,))
    with s.engine as engine:
        engine.say("mira", "Hello?", player="ayla")
        assert lines[0].wait(PATIENCE)
        assert lines[0].reply.text == "Nothing."


@waiting_verbs
async def test_waiting_inside_a_running_event_loop_is_refused(verb: Verb) -> None:
    gate = Gate()
    with Stage((gate, "Aye.")).engine as engine:
        with pytest.raises(UsageError, match="NPCEngine"):
            verb(engine)
        line = engine.say_soon("mira", "Hello?", player="ayla", deadline=LONG)
        with pytest.raises(UsageError, match="NPCEngine"):
            line.wait()


def test_closing_ends_what_is_being_said() -> None:
    gate = Gate()
    s = Stage((gate, "Never."))
    s.engine.start()
    thread, came = in_thread(
        lambda: s.engine.say("mira", "Hello?", player="ayla", deadline=LONG).finish
    )
    gate.await_model()
    s.engine.close()
    thread.join(PATIENCE)
    assert came == ["closed"]


def test_what_cannot_be_ended_any_more_is_told_so() -> None:
    begun = threading.Event()

    class Stuck(NPCEngine):
        async def forget(self, player: str) -> int:
            begun.set()
            await asyncio.Event().wait()
            return 0

    engine = BlockingEngine(lambda: Stuck(personas=[MIRA]))
    engine.start()
    thread, came = in_thread(lambda: engine.forget("ayla"))
    assert begun.wait(PATIENCE)
    engine.close()
    thread.join(PATIENCE)
    [error] = came
    assert isinstance(error, EngineClosed)


def test_an_engine_that_cannot_be_closed_says_so_once() -> None:
    class Full(NPCEngine):
        async def aclose(self) -> None:
            raise OSError("no space left on device")

    engine = BlockingEngine(lambda: Full(personas=[Persona(id="a", name="A", description="A.")]))
    engine.start()
    with pytest.raises(OSError, match="no space left"):
        engine.close()
    engine.close()


def test_when_the_thread_breaks_down_everybody_is_told() -> None:
    gate = Gate()

    def hook(_: Event) -> None:
        raise SystemExit("enough")

    s = Stage((gate, "Never."), "Aye.", hooks=(hook,))
    s.engine.start()
    waiting = s.engine.say_soon("mira", "Hello?", player="ayla", deadline=LONG)
    gate.await_model()
    with pytest.raises(SystemExit):
        s.engine.say("tom", "Hello?", player="ayla")
    assert waiting.wait(PATIENCE)
    assert waiting.error is not None
    with pytest.raises(EngineClosed) as caught:
        s.engine.say("tom", "Hello?", player="ayla")
    assert isinstance(caught.value.__cause__, SystemExit)
    with pytest.raises(SystemExit):
        s.engine.close()
