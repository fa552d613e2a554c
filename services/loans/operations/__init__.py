"""What loans can do.

contracts    contracts: push, place in a household, read back
of_contract  what hangs on a contract: interest lines, repayments, refunds, notices; ratings
references   reference interest, kept beside the lines
screening    judge loans when a screening is asked for
watch        judge what adds up: users, villages, areas, households that lack capital
calendar     overdue rates, loans falling due, overdue loans
users        organisations that really use loans, and what is to be done about each
proposals    who defaults in bad faith: proposed by a bank, decided by an officer
eligibility  may this person borrow this much for this on this day?
"""
