"""What quests say without any model, and how names and numbers come into what they say.

A text names what it is about in braces:

- `{giver}`, `{player}`, `{home}` (where the giver lives), and with a time limit `{minutes}`;
- a role of the quest: `{thief}`;
- a parameter of an objective, wherever it is: `{hunt.target}`, `{hunt.count}`;
- a parameter by its name alone, `{count}`, where it is the same in all objectives that have it;
- in the text of an objective its own parameters, which come before anything else of that name.

Everything else in braces is no token, and stays as it is written.
"""
