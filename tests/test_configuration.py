"""`npcengine.yaml`: what it says counts, the environment wins, and mistakes have a place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from npcengine import NPCEngine, Scene
from npcengine.configuration import Budget, Budgets, Configuration, Deadlines, LaneDeadlines
from npcengine.errors import ContentError, InvalidSetting, UsageError
from npcengine.messages import LANES, Lane
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
budgets:
  total: {dollars_per_day: 20}
  each_player: {dollars_per_day: 0.1, tokens_per_hour: 50000}
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
    assert configuration.budgets == Budgets(
        total=Budget(dollars_per_day=20),
        each_player=Budget(dollars_per_day=0.1, tokens_per_hour=50000),
    )
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


def test_memory_is_no_path(write: Write, tmp_path: Path) -> None:
    assert settings_of(write("store: memory\n")).store == "memory"
    settings = settings_of(write("store: ./memory\npersonas: memory\n"))
    assert settings.store == str(tmp_path / "memory")
    assert settings.personas == tmp_path / "memory"
    assert settings_of(write(""), NPCENGINE_STORE="./memory").store == "./memory"


def test_a_path_may_begin_at_home(write: Write) -> None:
    written = settings_of(write("store: ~/oakvale.db\npersonas: ~/cast\n"))
    given = settings_of(write(""), NPCENGINE_STORE="~/oakvale.db", NPCENGINE_PERSONAS="~/cast")
    for settings in (written, given):
        assert settings.store == str(Path.home() / "oakvale.db")
        assert settings.personas == Path.home() / "cast"


@pytest.mark.parametrize("text", ["", "\n", "# store: oakvale.db\n", "---\n", "---\n# store: x\n"])
def test_a_file_in_which_nothing_is_set_has_the_defaults(write: Write, text: str) -> None:
    assert settings_of(write(text)).configuration == Configuration()


@pytest.mark.parametrize("lane", LANES)
def test_what_a_lane_leaves_out_is_as_that_lane_has_it(write: Write, lane: Lane) -> None:
    usual = Deadlines()
    written = settings_of(write(f"deadlines: {{{lane}: {{whole: 40}}}}\n")).configuration.deadlines
    made = Deadlines.model_validate({lane: LaneDeadlines(whole=40)})
    for deadlines in (written, made):
        assert deadlines.of(lane) == usual.of(lane).model_copy(update={"whole": 40})
        assert all(deadlines.of(each) == usual.of(each) for each in LANES if each != lane)


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
         "number 4 (write its fields below it, indented: player, quest, background, thinking, "
         "per_pass)"),
        ("tiers:\n  fast: groq:a\n", "2:9: NPC203 tiers.fast: this has to be a list, and is text "
         "(write each entry on a line of its own that begins with '- ')"),
        ("providers:\n  groq:\n    url: x\n", "3:5: NPC202 providers.groq.url: there is no field "
         "'url' here (the fields here are base_url, limits)"),
        ("fast: [ollama:a]\n", "1:1: NPC202 fast: there is no field 'fast' here (it belongs under "
         "'tiers')"),
        ("whole: 3\n", "1:1: NPC202 whole: there is no field 'whole' here (it belongs under "
         "'deadlines.player' or 'deadlines.quest' or 'deadlines.background')"),
        ("base_url: x\n", "1:1: NPC202 base_url: there is no field 'base_url' here (it belongs "
         "under 'providers.NAME')"),
        ("cache: {requests: 4.5}\n", "1:19: NPC203 cache.requests: this has to be a whole number, "
         "and is the number 4.5 (write digits only, without a point)"),
        ("cache: {requests: 2000000}\n", "1:19: NPC205 cache.requests: this is 2000000, and has "
         "to be at most 1,000,000"),
        ("- personas\n", "1:1: NPC110 a file is fields, one below the other; this is something "
         "else (write each field on a line of its own: its name, a narrow colon, a space, its "
         "value)"),
        ("facts:\n  trust: int\n", "2:10: NPC208 facts.trust: 'int' is none of bool, number, text"),
        ("facts: [trust]\n", "1:8: NPC203 facts: this has to be a group of fields, and is a list "
         "(write its fields below it, indented)"),
        ("facts:\n  Trust me: number\n", "2:3: NPC204 facts.'Trust me': 'Trust me' is not an id: "
         "lower case letters, digits, '.' and '_' only (write 'trust_me')"),
        ("budgets:\n  each_player: {dollars_per_dy: 1}\n", "2:17: NPC202 "
         "budgets.each_player.dollars_per_dy: there is no field 'dollars_per_dy' here (did you "
         "mean 'dollars_per_day'?)"),
        ("budgets:\n  total:\n    dollars_per_day:\n", "3:5: NPC207 "
         "budgets.total.dollars_per_day: nothing is written here (write it, or delete the field)"),
        ("budgets:\n  total: {tokens_per_day: -1}\n", "2:27: NPC205 "
         "budgets.total.tokens_per_day: this is -1, and has to be at least 0"),
        ("budgets:\n  total: 20\n", "2:10: NPC203 budgets.total: this has to be a group of "
         "fields, and is the number 20 (write its fields below it, indented: dollars_per_hour, "
         "dollars_per_day, tokens_per_hour, tokens_per_day)"),
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


@pytest.mark.parametrize(
    ("value", "problem"),
    [("soon", "a number of seconds"), ("-1", "this is -1, and has to be more than 0")],
)
def test_a_variable_that_cannot_be_understood_is_named(value: str, problem: str) -> None:
    with pytest.raises(InvalidSetting, match=problem) as caught:
        Settings.from_env({"NPCENGINE_DEADLINE": value})
    assert caught.value.name == "NPCENGINE_DEADLINE"
    assert "Input" not in caught.value.problem  # the library's own word for it


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "tiers:\n  fast:\n    - ollama:a\n    - gorq:b\n",
            r"npcengine.yaml:4: tiers.fast\[1\]: no provider is called 'gorq'. "
            "Did you mean 'groq'?",
        ),
        ("providers:\n  gorq: {base_url: x}\n", "npcengine.yaml:2: providers.gorq: no provider"),
        ("providers: {1: {base_url: x}}\n", "npcengine.yaml:1: providers.'1': no provider"),
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
