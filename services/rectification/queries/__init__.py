"""Every SQL statement of rectification.

samples     contracts under a name
screenings  runs, what their judges must have read, who has answered
findings    what stands in which run, and who may see it
"""
