"""What exists in the game: places and the ways between them, people, things, verbs and facts.

Everything that can change is a fact with a name, as in the conditions of personas: `player.at`,
`player.has.iron_ore`, `wolf.alive`, `mine_gate.locked`, or one of the game's own. A `World` is
what a designer wrote; a `State` is a world as it is now for one player.
"""
