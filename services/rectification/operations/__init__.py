"""What rectification can do, one function per act.

samples     contracts that somebody drew, under a name
screenings  ask for a run, tell the judges how far their copies must have come
findings    what a caller may see of a finding
changes     two runs held against each other, and what a run lacks
visits      somebody went and looked (排查), and what a finding rested on
plan        what law says of the seven items, of deadlines and stages
opening     items of findings, of a whole run, or self-found
items       items as a caller sees them
item_acts   start, complete, close, reopen, dismiss, remind: who may, in which state
closing     what an item lacks before it may be closed or dismissed
evidence    files that show what was put right
follow_up   by rule: reopen what comes back, remind of deadlines
filings     contacts and submissions, and who is missing
"""
