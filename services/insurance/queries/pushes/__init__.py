"""What a push resolves, derives and announces, and what follows the registry's feed.

places     where a person lived; parts of the other statements
policies   products, policies and the cover that follows from them
incidents  what happened to people
claims     claims and their changes of state
registry   what follows the registry's feed
pending    which waiting rows could be stored now
"""
