"""What insurance can do.

policies   products and policies: push, derive who is covered, read back
incidents  what happened to people, as offices push it
claims     claims and their changes of state
clocks     a claim as it was on a day, with its clocks; what is wrong with one just pushed
cover      who should be covered, what changed, who is not
suspected  incidents that nobody claimed in time; dismissing them
screening  judge all of these when a screening is asked for
"""
