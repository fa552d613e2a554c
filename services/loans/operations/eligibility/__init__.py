"""May this person borrow this much for this on this day?

The same rules that screen a province are asked about loans that do not exist yet. A refusal by law
is an answer, not an error.

questions     who asks about whom, where, for which day
weighing      the conditions, their verdicts, and what the asker may see of them
reservations  room under the cap, held under the household's lock
evidence      what was asked and answered, kept with the records it rested on
checks        one question, or many at once
"""
