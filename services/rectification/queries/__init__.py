"""Every SQL statement of rectification.

samples     contracts under a name
screenings  runs, what their judges must have read, who has answered
findings    what stands in which run, and who may see it
changes     what changed between two runs
visits      visits, and what a finding rested on
items       items of the ledger and their history
money       what findings say is owed, and what came back
closing     what closing and dismissing ask
evidence    files of items
follow_up   what comes back, and whom to remind
filings     what units filed, and who has not
units       agencies by code or name
copies      neighbours' facts that end a loan or pay a debt
"""
