"""Insurance: who is covered, what happened, and what was claimed for it.

It owns products, policies, incidents, claims and their changes of state, and the INS rules. Who is
registered it knows from its copy of the registry's feed.
"""
