"""Who may hear what, and when: conditions that writers state over the facts of a game.

    met and trust >= 40
    not met or quest.mill == 'done'
    (weather != "rain" or has_umbrella) and 18 <= hour

A fact that is a truth value is a condition by itself. The others are compared with a value: `==`
and `!=` for all of them, `<`, `<=`, `>` and `>=` for numbers. `not` binds more than `and`, and
`and` more than `or`. What depends on a fact that nobody told is neither true nor false.
"""
