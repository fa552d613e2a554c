"""Every SQL statement of insurance.

pushes     what a push resolves, derives and announces; what follows the registry's feed
facts      what is judged and listed: people and their cover, incidents, claims and their clocks
cover      lists that insurers work by, over these facts
suspected  suspected claims, over these facts and what officers decided
reads      claims with their newest state
"""
