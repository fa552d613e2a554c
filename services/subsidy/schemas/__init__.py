"""What the subsidy service hears and says.

pushed    payments of bureaus, claims of banks
claims    what is done with a claim, and how it is shown
budgets   ceilings of counties
matches   household debits, treasury payments and bank refunds beside each other
"""
