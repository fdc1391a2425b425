"""A character in a window of pygame-ce: type a line, press Enter, and see the answer come.

Run it where `personas` is, with the id of a character if you like: `herbalist` speaks Chinese.
With `--say LINE` it types that line by itself and ends when the answer is there.
"""

import argparse
from collections.abc import Iterator

import pygame

from npcengine import BlockingEngine, PendingLine, Persona, Piece

SIZE = WIDTH, HEIGHT = 640, 360
FRAMES = 60
"""In a second."""
LONGEST = 300
"""Letters that can be typed in one line."""
NIGHT, PANEL, DIM, INK = (28, 30, 38), (41, 44, 55), (139, 145, 160), (232, 228, 218)
GOLD, BLUE = (222, 184, 120), (150, 183, 212)
MARGIN, LEFT, TOP, BOTTOM = 24, 152, 88, HEIGHT - 72
LATIN = "dejavuserif, georgia, notoserif"
CHINESE = "notosanscjksc, notosanssc, wenquanyimicrohei, microsoftyahei, pingfangsc"
"""Fonts of the system, in order. A game brings its own, and knows what letters it has."""


def font_file(locale: str) -> str | None:
    """Return the font for a language; None is the one that pygame has, which is Latin."""
    if not locale.startswith("zh"):
        return pygame.font.match_font(LATIN)
    if found := pygame.font.match_font(CHINESE):
        return found
    raise SystemExit(f"There is no font for Chinese. Install Noto Sans CJK, or one of {CHINESE}")


class Talk:
    """What was asked and what is answered. It knows nothing of windows."""

    def __init__(self, engine: BlockingEngine, npc: str) -> None:
        self.question = ""
        self.answer: list[Piece] = []
        self.waiting = ""
        """What to show while nothing is heard."""
        self.answered = 0
        self._engine = engine
        self._npc = npc
        self._line: PendingLine | None = None

    def ask(self, line: str) -> None:
        """Say a line; an answer that is still coming is interrupted by it."""
        self.question, self.answer, self.waiting = line, [], "..."
        self._line = self._engine.say_soon(self._npc, line, player="ayla")

    def update(self) -> None:
        """Take what came since the last frame. This never waits."""
        if self._line is None:
            return
        for piece in self._line.poll():
            self.waiting = f"{piece.text} ..." if piece.kind == "thinking" else ""
            if piece.kind != "thinking":
                self._append(piece)
        if self._line.done:
            reply = self._line.reply
            print(f"{self._npc}: {reply.source} {reply.reason or reply.model}")
            self.answered += 1
            self._line = None

    def _append(self, piece: Piece) -> None:
        if self.answer and self.answer[-1].kind == piece.kind == "text":
            piece = Piece("text", self.answer.pop().text + piece.text)
        self.answer.append(piece)


class Window:
    """Draws a talk, and the line that is being typed."""

    def __init__(self, persona: Persona) -> None:
        pygame.display.set_caption(persona.name)
        self._screen = pygame.display.set_mode(SIZE)
        self._persona = persona
        font = font_file(persona.locale)
        self._huge = pygame.font.Font(font, 52)
        self._large = pygame.font.Font(font, 22)
        self._plain = pygame.font.Font(font, 16)
        self._slanted = pygame.font.Font(font, 15)
        self._slanted.italic = True

    def draw(self, talk: Talk, typed: str) -> None:
        self._screen.fill(NIGHT)
        self._draw_character()
        self._draw_talk(talk)
        self._draw_entry(typed)
        pygame.display.flip()

    def save(self, file: str) -> None:
        pygame.image.save(self._screen, file)

    def _draw_character(self) -> None:
        portrait = pygame.Rect(MARGIN, MARGIN, 104, 104)  # a picture, in your game
        pygame.draw.rect(self._screen, PANEL, portrait, border_radius=10)
        initial = self._huge.render(self._persona.name[0], True, GOLD)
        self._screen.blit(initial, initial.get_rect(center=portrait.center))
        self._screen.blit(self._large.render(self._persona.name, True, GOLD), (LEFT, MARGIN - 4))
        self._screen.blit(self._slanted.render(self._persona.role, True, DIM), (LEFT, MARGIN + 26))

    def _draw_talk(self, talk: Talk) -> None:
        paragraphs = list(self._paragraphs(talk))
        height = sum(each.height + 8 for each in paragraphs)
        space = self._screen.subsurface((LEFT, TOP, WIDTH - LEFT - MARGIN, BOTTOM - TOP))
        y = min(0, space.height - height)  # of a long answer, the end is seen
        for paragraph in paragraphs:
            space.blit(paragraph, (0, y))
            y += paragraph.height + 8

    def _paragraphs(self, talk: Talk) -> Iterator[pygame.Surface]:
        width = WIDTH - LEFT - MARGIN
        if talk.question:
            yield self._plain.render(talk.question, True, BLUE, wraplength=width)
        for kind, text in talk.answer:
            font, colour = (self._plain, INK) if kind == "text" else (self._slanted, DIM)
            yield font.render(text.strip(), True, colour, wraplength=width)
        if talk.waiting:
            yield self._slanted.render(talk.waiting, True, DIM, wraplength=width)

    def _draw_entry(self, typed: str) -> None:
        entry = pygame.Rect(MARGIN, HEIGHT - 60, WIDTH - 2 * MARGIN, 36)
        pygame.draw.rect(self._screen, PANEL, entry, border_radius=8)
        space = self._screen.subsurface(entry.inflate(-24, -12))
        hint = "Say something, then press Enter"
        text = self._plain.render(f"{typed}|" if typed else hint, True, INK if typed else DIM)
        space.blit(text, (min(0, space.width - text.width), 1))


def play(engine: BlockingEngine, npc: str, say: str | None, screenshot: str | None) -> None:
    talk, window = Talk(engine, npc), Window(engine.cast[npc])
    clock = pygame.Clock()
    typed = ""
    if say is not None:
        pygame.event.post(pygame.Event(pygame.TEXTINPUT, text=say))
        pygame.event.post(pygame.Event(pygame.KEYDOWN, key=pygame.K_RETURN))
    while say is None or not talk.answered:
        for event in pygame.event.get():
            key = event.key if event.type == pygame.KEYDOWN else None
            if event.type == pygame.QUIT or key == pygame.K_ESCAPE:
                return
            if event.type == pygame.TEXTINPUT:
                typed = (typed + "".join(filter(str.isprintable, event.text)))[:LONGEST]
            elif key == pygame.K_BACKSPACE:
                typed = typed[:-1]
            elif key in (pygame.K_RETURN, pygame.K_KP_ENTER) and typed.strip():
                talk.ask(typed)
                typed = ""
        talk.update()
        window.draw(talk, typed)
        clock.tick(FRAMES)
    if screenshot is not None:
        window.save(screenshot)


def main() -> None:
    parser = argparse.ArgumentParser(description="A character in a window of pygame.")
    parser.add_argument("npc", nargs="?", default="blacksmith", help="the id of the character")
    parser.add_argument("--say", metavar="LINE", help="say this and end with the answer")
    parser.add_argument("--screenshot", metavar="FILE", help="where to keep the last picture")
    arguments = parser.parse_args()
    pygame.display.init()  # not pygame.init(): that opens the sound card too
    pygame.font.init()
    pygame.key.set_repeat(400, 40)
    with BlockingEngine.from_env(personas="personas") as engine:
        play(engine, arguments.npc, arguments.say, arguments.screenshot)
    pygame.quit()


if __name__ == "__main__":
    main()
