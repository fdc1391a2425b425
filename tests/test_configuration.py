"""`npcengine.yaml`: what it says counts, the environment wins, and mistakes have a place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from npcengine import NPCEngine, Scene
from npcengine.configuration import Configuration
from npcengine.errors import ContentError, InvalidSetting, UsageError
from npcengine.persona.model import Persona
from npcengine.settings import DEFAULT, VARIABLES, Settings
from npcengine.testing.fake_provider import FakeProvider, Fault

MIRA = Persona(id="mira", name="Mira", description="A blacksmith.")
WHOLE = """\
personas: cast
store: saves/oakvale.db
tiers:
  fast: [ollama:llama3.2, "groq:openai/gpt-oss-20b"]
  smart:
    - vllm:qwen@http://10.0.0.5:8000/v1
providers:
  ollama:
    base_url: http://10.0.0.7:11434/v1
deadlines:
  player: {whole: 3}
  thinking: 0.5
cache:
  requests: 100
facts:
  trust: number
  flag.marsh_visited: bool
  home: text
"""
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(text: str) -> Path:
        path = tmp_path / "npcengine.yaml"
        path.write_text(text, "utf-8")
        return path

    return to_file


def settings_of(path: Path, **environ: str) -> Settings:
    return Settings.from_env(environ, path)


def origins(settings: Settings) -> dict[str, tuple[object, str]]:
    return {name: (value, origin) for name, value, origin in settings.listed()}


def test_everything_in_the_file_has_its_place(write: Write, tmp_path: Path) -> None:
    settings = settings_of(write(WHOLE))
    configuration = settings.configuration
    assert settings.personas == tmp_path / "cast"
    assert settings.store == str(tmp_path / "saves" / "oakvale.db")
    assert settings.routes("fast") == ("ollama:llama3.2", "groq:openai/gpt-oss-20b")
    assert settings.routes("smart") == ("vllm:qwen@http://10.0.0.5:8000/v1",)
    assert settings.routes("deep") == ()
    assert settings.base_url("ollama") == "http://10.0.0.7:11434/v1"
    assert (configuration.deadlines.player.whole, configuration.deadlines.thinking) == (3, 0.5)
    assert configuration.cache.requests == 100
    assert dict(configuration.facts) == {
        "trust": "number",
        "flag.marsh_visited": "bool",
        "home": "text",
    }


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(write: Write) -> None:
    settings = settings_of(write(WHOLE), NPCENGINE_FAST="vllm:q", NPCENGINE_DEADLINE="9")
    told = origins(settings)
    assert settings.routes("fast") == ("vllm:q",)
    assert told["tiers.fast"][1] == "NPCENGINE_FAST"
    assert told["deadlines.player.whole"] == (9.0, "NPCENGINE_DEADLINE")
    assert told["deadlines.thinking"] == (0.5, "npcengine.yaml:12")
    assert told["tiers.smart"][1] == "npcengine.yaml:5"
    assert told["tiers.deep"] == ((), DEFAULT)


def test_every_field_is_listed_once(write: Write) -> None:
    names = [name for name, _, _ in settings_of(write(WHOLE)).listed()]
    assert len(names) == len(set(names))
    for field in Configuration.model_fields:
        assert any(name.startswith(field) for name in names), field


def test_a_path_from_the_environment_is_meant_from_here(write: Write) -> None:
    settings = settings_of(write(WHOLE), NPCENGINE_PERSONAS="cast", NPCENGINE_STORE="memory")
    assert (settings.personas, settings.store) == (Path("cast"), "memory")


def test_memory_is_no_path(write: Write) -> None:
    assert settings_of(write("store: memory\n")).store == "memory"


def test_the_file_is_found_in_the_current_directory(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("deadlines:\n  player: {whole: 7}\n")
    monkeypatch.chdir(tmp_path)
    assert Settings.from_env({}).configuration.deadlines.player.whole == 7


def test_the_file_can_be_named(write: Write) -> None:
    path = write("deadlines:\n  player: {whole: 7}\n")
    assert (
        Settings.from_env({"NPCENGINE_CONFIG": str(path)}).configuration.deadlines.player.whole == 7
    )


def test_a_file_that_was_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="there is no such file"):
        Settings.from_env({"NPCENGINE_CONFIG": str(tmp_path / "nowhere.yaml")})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("deadlins:\n  turn: 3\n", "1:1: NPC202 deadlins: there is no field 'deadlins' here "
         "(did you mean 'deadlines'?)"),
        ("deadlines:\n  playr: {}\n", "2:3: NPC202 deadlines.playr: there is no field 'playr' "
         "here (did you mean 'player'?)"),
        ("deadlines:\n  thinking: soon\n", "2:13: NPC203 deadlines.thinking: this has to be a "
         "number, and is text (write digits, without quotes)"),
        ("deadlines:\n  thinking: -1\n", "2:13: NPC205 deadlines.thinking: this is -1, and has "
         "to be more than 0"),
        ("thinking: 3\n", "1:1: NPC202 thinking: there is no field 'thinking' here (it belongs "
         "under 'deadlines')"),
        ("deadlines: 4\n", "1:12: NPC203 deadlines: this has to be a group of fields, and is the "
         "number 4 (write its fields below it, indented: player, quest, background, thinking)"),
        ("tiers:\n  fast: groq:a\n", "2:9: NPC203 tiers.fast: this has to be a list, and is text "
         "(write each entry on a line of its own that begins with '- ')"),
        ("providers:\n  groq:\n    url: x\n", "3:5: NPC202 providers.groq.url: there is no field "
         "'url' here (the fields here are base_url)"),
        ("facts:\n  trust: int\n", "2:10: NPC208 facts.trust: 'int' is none of bool, number, text"),
        ("facts: [trust]\n", "1:8: NPC203 facts: this has to be a group of fields, and is a list "
         "(write its fields below it, indented)"),
        ("facts:\n  Trust me: number\n", "2:3: NPC204 facts.'Trust me': 'Trust me' is not an id: "
         "lower case letters, digits, '.' and '_' only (write 'trust_me')"),
        ("store:\n", "1:1: NPC207 store: nothing is written here (write it, or delete the field)"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(write: Write, text: str, complaint: str) -> None:
    path = write(text)
    with pytest.raises(ContentError) as caught:
        settings_of(path)
    assert str(caught.value) == f"{path}:{complaint}"


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_variable_wins_over_the_file(write: Write, variable: str) -> None:
    value = "5" if variable == "NPCENGINE_DEADLINE" else "vllm:q@http://h/v1"
    settings = Settings.from_env({variable: value}, write(WHOLE))
    assert variable in {origin for _, _, origin in settings.listed()}


@pytest.mark.parametrize(("value", "problem"), [("soon", "a number of seconds"), ("-1", "than 0")])
def test_a_variable_that_cannot_be_understood_is_named(value: str, problem: str) -> None:
    with pytest.raises(InvalidSetting, match=problem) as caught:
        Settings.from_env({"NPCENGINE_DEADLINE": value})
    assert caught.value.name == "NPCENGINE_DEADLINE"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "tiers:\n  fast:\n    - ollama:a\n    - gorq:b\n",
            r"npcengine.yaml:4: tiers.fast\[1\]: no provider is called 'gorq'. "
            "Did you mean 'groq'?",
        ),
        ("providers:\n  gorq: {base_url: x}\n", "npcengine.yaml:2: providers.gorq: no provider"),
        (
            "tiers: {fast: [ollama:a]}\nproviders:\n  ollama:\n    base_url: 10.0.0.7\n",
            r"npcengine.yaml:4: providers.ollama.base_url: write http://HOST",
        ),
    ],
)
def test_a_route_that_leads_nowhere_is_told_with_its_line(
    write: Write, text: str, complaint: str
) -> None:
    with pytest.raises(InvalidSetting, match=complaint.replace("?", r"\?")):
        NPCEngine.from_env(config=write(text), environ={})


async def test_an_engine_is_as_the_file_says(write: Write, tmp_path: Path) -> None:
    (tmp_path / "cast").mkdir()
    (tmp_path / "cast" / "mira.yaml").write_text("id: mira\nname: Mira\ndescription: Gruff.\n")
    async with FakeProvider(style="groq", replies=["Aye."]) as groq:
        text = f"""\
personas: cast
store: oakvale.db
tiers: {{fast: ["groq:openai/gpt-oss-20b"]}}
providers: {{groq: {{base_url: "{groq.base_url}"}}}}
cache: {{requests: 0}}
"""
        key = {"GROQ_API_KEY": "any"}
        async with NPCEngine.from_env(config=write(text), environ=key) as engine:
            for player in ("ayla", "tom", "bo", "kim", "eve", "ann"):
                reply = await engine.say("mira", "Hello.", player=player)
                assert reply.source == "model"
    assert (tmp_path / "oakvale.db").exists()
    assert len(groq.requests) == 6


async def test_a_deadline_of_the_file_ends_a_turn(write: Write) -> None:
    async with FakeProvider(style="local", replies=[Fault.silence()]) as slow:
        text = f"""\
tiers: {{fast: ["vllm:q@{slow.base_url}"]}}
deadlines: {{player: {{whole: 0.05}}}}
"""
        engine = NPCEngine.from_env(personas=[MIRA], config=write(text), environ={})
        async with engine:
            assert (await engine.say("mira", "Hello.", player="ayla")).reason == "deadline"


FACTS = {"trust": "number", "flag.met": "bool", "home": "text"}


@pytest.mark.parametrize(
    "facts", [{}, {"trust": 1}, {"trust": 0.5, "flag.met": False, "home": "Oakvale"}]
)
async def test_facts_that_were_declared_may_be_told(facts: dict[str, bool | float | str]) -> None:
    async with NPCEngine(personas=[MIRA], facts=FACTS) as engine:  # type: ignore[arg-type]
        assert (await engine.say("mira", "Hello.", player="ayla", scene=Scene(facts=facts))).text


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"trsut": 1}, "no fact is called 'trsut': did you mean 'trust'"),
        ({"weather": "rain"}, "declare it under 'facts' in npcengine.yaml"),
        ({"trust": True}, "'trust' is declared as number, and is True"),
        ({"trust": "high"}, "declared as number"),
        ({"trust": float("nan")}, "declared as number, and is nan"),
        ({"flag.met": 1}, "declared as bool"),
        ({"home": None}, "declared as text"),
    ],
)
async def test_other_facts_are_mistakes(facts: dict[str, bool | float | str], problem: str) -> None:
    async with NPCEngine(personas=[MIRA], facts=FACTS) as engine:  # type: ignore[arg-type]
        with pytest.raises(UsageError, match=problem):
            await engine.say("mira", "Hello.", player="ayla", scene=Scene(facts=facts))
