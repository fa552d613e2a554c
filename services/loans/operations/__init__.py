"""What loans can do.

contracts    contracts: push, place in a household, read back
of_contract  what hangs on a contract: interest lines, repayments, refunds, notices; ratings
references   reference interest, kept beside the lines
screening    judge loans when a screening is asked for
eligibility  may this person borrow this much for this on this day?
"""
