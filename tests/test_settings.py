"""What the environment says."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from npcengine.errors import InvalidSetting
from npcengine.settings import Settings

ALL = {
    "GROQ_API_KEY": "gsk_of_nobody",
    "GROQ_BASE_URL": "https://groq.example",
    "OPENAI_API_KEY": "sk-of-nobody",
    "OPENAI_BASE_URL": "https://openai.example/v1",
    "OPENAI_ORG_ID": "org-1",
    "OPENAI_PROJECT_ID": "proj_2",
    "NPCENGINE_PERSONAS": "cast",
    "NPCENGINE_STORE": "oakvale.db",
    "NPCENGINE_DEADLINE": "2.5",
    "NPCENGINE_FAST": "groq:a, ollama:b",
    "NPCENGINE_SMART": "groq:b",
    "NPCENGINE_DEEP": "openai:c",
    "HTTPS_PROXY": "http://proxy.example:3128",
    "PATH": "/usr/bin",
}


def test_every_variable_has_its_place() -> None:
    settings = Settings.from_env(ALL)
    assert settings.keys == {
        "GROQ_API_KEY": SecretStr("gsk_of_nobody"),
        "OPENAI_API_KEY": SecretStr("sk-of-nobody"),
    }
    assert settings.base_url("groq") == "https://groq.example"
    assert settings.base_url("openai") == "https://openai.example/v1"
    assert settings.base_url("ollama") is None
    assert settings.openai_headers == {"openai-organization": "org-1", "openai-project": "proj_2"}
    assert settings.routes("fast") == ("groq:a", "ollama:b")
    assert (settings.routes("smart"), settings.routes("deep")) == (("groq:b",), ("openai:c",))
    assert (settings.personas, settings.store) == (Path("cast"), "oakvale.db")
    assert settings.configuration.deadlines.player.whole == 2.5
    assert settings.proxies == {"https": "http://proxy.example:3128"}


@pytest.mark.parametrize("blank", ["", " ", "\n", "\t \r\n"])
def test_an_empty_variable_counts_as_unset(blank: str) -> None:
    assert Settings.from_env(dict.fromkeys(ALL, blank)) == Settings.from_env({})


def test_space_around_a_value_is_dropped() -> None:
    padded = {name: f" {value}\n" for name, value in ALL.items()}
    assert Settings.from_env(padded) == Settings.from_env(ALL)


def test_the_process_is_asked_when_nothing_else_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ALL.items():
        monkeypatch.setenv(name, value)
    assert Settings.from_env().keys == Settings.from_env(ALL).keys


@pytest.mark.parametrize("name", ["GROQ_API_KEY", "OPENAI_API_KEY", "OPENAI_ORG_ID"])
@pytest.mark.parametrize("char", ["\n", "\r", "\x00", "\x1b", "\u200b", "\u2028"])
def test_what_no_header_can_carry_is_an_error_that_does_not_repeat_it(name: str, char: str) -> None:
    with pytest.raises(InvalidSetting, match="copy it again") as caught:
        Settings.from_env({name: f"gsk_of{char}nobody"})
    assert caught.value.name == name
    assert "nobody" not in str(caught.value)


def test_the_repr_shows_neither_keys_nor_passwords() -> None:
    proxy = {"HTTPS_PROXY": "http://someone:hunter2@proxy.example:3128"}
    for shown in (repr(Settings.from_env(ALL | proxy)), str(Settings.from_env(ALL | proxy))):
        assert "nobody" not in shown
        assert "hunter2" not in shown


GROQ = "https://api.groq.com"
HTTPS = {"HTTPS_PROXY": "http://p:1"}


@pytest.mark.parametrize(
    ("environ", "url", "proxy"),
    [
        ({}, GROQ, None),
        (HTTPS, GROQ, "http://p:1"),
        ({"https_proxy": "http://p:1"}, GROQ, "http://p:1"),
        (HTTPS, "http://api.example", None),
        ({"HTTP_PROXY": "http://p:2"}, "http://api.example", "http://p:2"),
        ({"HTTP_PROXY": "http://p:2"}, GROQ, None),
        ({"ALL_PROXY": "http://p:3"}, GROQ, "http://p:3"),
        (HTTPS | {"ALL_PROXY": "http://p:3"}, GROQ, "http://p:1"),
        ({"HTTPS_PROXY": "proxy.example:3128"}, GROQ, "http://proxy.example:3128"),
        ({"HTTPS_PROXY": "HTTPS://proxy.example"}, GROQ, "HTTPS://proxy.example"),
        (HTTPS | {"NO_PROXY": "api.groq.com"}, GROQ, None),
        (HTTPS | {"NO_PROXY": "API.Groq.com"}, "https://api.GROQ.com:443/v1", None),
        (HTTPS | {"no_proxy": "groq.com"}, GROQ, None),
        (HTTPS | {"NO_PROXY": ".groq.com"}, GROQ, None),
        (HTTPS | {"NO_PROXY": "example, .groq.com , x"}, GROQ, None),
        (HTTPS | {"NO_PROXY": "*"}, GROQ, None),
        (HTTPS | {"NO_PROXY": "roq.com, openai.com, ,,"}, GROQ, "http://p:1"),
    ],
)
def test_proxies(environ: dict[str, str], url: str, proxy: str | None) -> None:
    assert Settings.from_env(environ).proxy_for(url) == proxy


@pytest.mark.parametrize("host", ["localhost:11434", "127.0.0.1:8080", "127.1.2.3", "[::1]:8000"])
def test_this_machine_is_reached_directly(host: str) -> None:
    settings = Settings.from_env({"HTTP_PROXY": "http://p:1", "ALL_PROXY": "socks5://p:2"})
    assert settings.proxy_for(f"http://{host}/v1") is None


def test_a_proxy_that_does_not_speak_http_is_an_error_when_it_would_be_used() -> None:
    settings = Settings.from_env({"ALL_PROXY": "socks5://someone:hunter2@p:1", "NO_PROXY": "h"})
    assert settings.proxy_for("https://h/v1") is None
    with pytest.raises(InvalidSetting, match="not socks5://") as caught:
        settings.proxy_for(GROQ)
    assert "hunter2" not in str(caught.value)


def test_settings_do_not_change() -> None:
    settings = Settings.from_env(ALL)
    with pytest.raises(AttributeError):
        settings.keys = {}  # type: ignore[misc]
