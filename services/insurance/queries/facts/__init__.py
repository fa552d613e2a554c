"""What is judged, and read: laid out in temporary tables, as it was known on a day (`:on`).

parts      scope, figures of law, ages and homes: parts of the other statements
cover      people and their cover
due        what a policy owes for what happened to a person
incidents  incidents under each policy that covers them
clocks     claims as they were on a day, their changes and their clocks
claims     claims with their clocks, payments and refusals
"""
