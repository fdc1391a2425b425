"""What quests say without any model, and how names and numbers come into what they say.

A text names what it is about in braces. There are four kinds of such tokens:

- `{giver}` and `{player}`;
- a role of the quest: `{thief}`;
- a parameter of an objective, wherever it is: `{hunt.target}`, `{hunt.count}`;
- in the text of an objective its own parameters, for short: `{target}`, `{count}`.

In the text of an objective its own parameters come first, then roles. Everything else in braces
is no token, and stays as it is written.
"""
