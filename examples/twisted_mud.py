"""A small text game on Twisted: walk through Oakvale and talk to those who live there.

Run it where `personas` is, then `telnet 127.0.0.1 4000`, once for each player. The characters
think in the engine's own thread; the reactor never waits for them.
"""

import argparse
import re
import textwrap
from dataclasses import dataclass, field
from functools import partial

from twisted.internet import reactor
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver
from twisted.protocols.policies import TimeoutMixin

from npcengine import BlockingEngine, PendingLine, Piece, Scene

MOST_PLAYERS = 50
IDLE = 15 * 60  # seconds
TELNET = re.compile(rb"\xff(?:\xfa.*?\xff\xf0|[\xfb-\xfe].?|.?)", re.DOTALL)
"""What a telnet client says to the server, not the player to the game."""


@dataclass(eq=False)
class Room:
    name: str
    sight: str
    ways: dict[str, str]
    npc: str | None = None
    players: list["Player"] = field(default_factory=list)

    def tell(self, text: str) -> None:
        for player in self.players:
            player.tell(text)


ROOMS = {
    "green": Room("the green", "A goose has seen you.", {"north": "inn", "south": "forge"}),
    "forge": Room("the forge", "Red coals, cold iron.", {"north": "green"}, "blacksmith"),
    "inn": Room("the Three-Legged Heron", "It smells of stew.", {"south": "green"}, "innkeeper"),
}
CONNECTED: list["Player"] = []


class Player(LineOnlyReceiver, TimeoutMixin):
    """One connection: who plays there, where they are, and what is being said to them."""

    delimiter = b"\n"
    MAX_LENGTH = 1000  # bytes; a longer line ends the connection

    def __init__(self, engine: BlockingEngine) -> None:
        self.engine = engine
        self.name = ""
        self.room = ROOMS["green"]
        self.line: PendingLine | None = None

    def connectionMade(self) -> None:
        CONNECTED.append(self)
        if len(CONNECTED) > MOST_PLAYERS:
            self.transport.loseConnection()
        self.transport.registerProducer(self, True)
        self.setTimeout(IDLE)
        self.tell("Welcome to Oakvale. What is your name?")

    def connectionLost(self, reason: object) -> None:
        CONNECTED.remove(self)
        self.setTimeout(None)
        if self.name:
            self.leave("is gone")

    # Twisted calls this when too much waits to be sent: to a client that does not read.
    def pauseProducing(self) -> None:
        self.transport.abortConnection()

    def resumeProducing(self) -> None: ...
    def stopProducing(self) -> None: ...

    def lineReceived(self, line: bytes) -> None:
        self.resetTimeout()
        text = TELNET.sub(b"", line).decode(errors="replace")
        # Nothing that could steer another player's terminal goes on from here.
        text = "".join(filter(str.isprintable, text)).strip()
        if self.name:
            self.obey(text)
        else:
            self.enter(text.capitalize())

    def enter(self, name: str) -> None:
        taken = {player.name for player in CONNECTED}
        if name.isalpha() and 2 <= len(name) <= 16 and name not in taken:
            self.name = name
            self.arrive(self.room)
        else:
            self.tell("A name has 2 to 16 letters, and nobody else here has it. What is yours?")

    def obey(self, command: str) -> None:
        verb, _, rest = command.removeprefix("go ").partition(" ")
        match verb.lower():
            case "look":
                self.look()
            case "say" if rest:
                self.say(rest.strip())
            case "who":
                playing = [each for each in CONNECTED if each.name]
                self.tell(", ".join(f"{each.name} at {each.room.name}" for each in playing))
            case "quit":
                self.transport.loseConnection()
            case way if way in self.room.ways:
                self.leave(f"goes {way}")
                self.arrive(ROOMS[self.room.ways[way]])
            case _:
                self.tell("You can look, say something, ask who plays, quit, or go a way.")

    def leave(self, how: str) -> None:
        if self.line is not None:
            self.line.cancel()
        self.room.players.remove(self)
        self.room.tell(f"{self.name} {how}.")

    def arrive(self, room: Room) -> None:
        room.tell(f"{self.name} arrives.")
        room.players.append(self)
        self.room = room
        self.look()

    def look(self) -> None:
        here = [each.name for each in self.room.players]
        if self.room.npc is not None:
            here.insert(0, self.engine.cast[self.room.npc].name)
        self.tell(f"You are at {self.room.name}. {self.room.sight}")
        self.tell(f"Here: {', '.join(here)}. Ways: {', '.join(self.room.ways)}.")

    def say(self, text: str) -> None:
        npc = self.room.npc
        self.room.tell(f"{self.name}: {text}")
        if npc is not None and self.line is not None:
            # One at a time: a flood of lines must not become a flood of requests.
            self.tell("Wait for the answer.")
        elif npc is not None:
            answer = Answer(self, self.engine.cast[npc].name)
            self.line = self.engine.say_soon(
                npc,
                text,
                player=self.name,  # better the id of an account, if your game has accounts
                scene=Scene(place=self.room.name),
                on_piece=answer.hear,
                on_end=answer.end,
            )

    def tell(self, text: str) -> None:
        """Send a paragraph. Line feeds in it become spaces, so that nobody can forge a line."""
        self.transport.write(textwrap.fill(text, 78).replace("\n", "\r\n").encode() + b"\r\n")


class Answer:
    """What a character answers, told to all in the room as it comes. Runs in the reactor."""

    def __init__(self, player: Player, name: str) -> None:
        self.player = player
        self.room = player.room
        self.name = name
        self.said = ""

    def hear(self, piece: Piece) -> None:
        self.said += piece.text if piece.kind == "text" else f" *{piece.text}* "
        if self.said.endswith((".", "!", "?", "* ")):
            self.tell()

    def end(self, line: PendingLine) -> None:
        self.tell()
        self.player.line = None
        how = line.error or f"{line.reply.source} {line.reply.reason or line.reply.model}"
        print(f"{self.name} to {self.player.name}: {how}", flush=True)

    def tell(self) -> None:
        if self.said:
            self.room.tell(f"{self.name}: {self.said.strip()}")
            self.said = ""


def main() -> None:
    parser = argparse.ArgumentParser(description="A small text game on Twisted.")
    parser.add_argument("--port", type=int, default=4000, help="0 takes any free one")
    arguments = parser.parse_args()
    with BlockingEngine.from_env(personas="personas", post=reactor.callFromThread) as engine:
        # On loopback only: telnet is not encrypted.
        game = Factory.forProtocol(partial(Player, engine))
        port = reactor.listenTCP(arguments.port, game, interface="127.0.0.1").getHost().port
        reactor.callWhenRunning(print, f"telnet 127.0.0.1 {port}, Ctrl-C ends it", flush=True)
        reactor.run()


if __name__ == "__main__":
    main()
