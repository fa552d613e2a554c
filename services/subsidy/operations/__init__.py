"""What the subsidy service can do.

payments    payments that bureaus push
claims      claims: push, and read back with their lines and history
acts        what is done with a claim, from submission to reconciliation
paying      paying a claim, and passing the money on
checking    the automatic check of a claim's lines
publicity   the list that is hung out
budgets     what counties may spend
matches     household debits, treasury payments and bank refunds beside each other
facts       laying out what the rules look at
screening   judge claim lines, payments and loans when a screening is asked for
"""
