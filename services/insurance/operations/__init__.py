"""What insurance can do.

policies   products and policies: push, derive who is covered, read back
incidents  what happened to people, as offices push it
claims     claims and their changes of state
screening  judge cover and incidents when a screening is asked for
"""
