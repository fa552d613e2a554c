"""What rectification can do, one function per act.

samples     contracts that somebody drew, under a name
screenings  ask for a run, tell the judges how far their copies must have come
findings    what a caller may see of a finding
"""
