"""Every SQL statement of insurance.

pushes  what a push resolves, derives and announces; what follows the registry's feed
facts   what is judged: people without cover, incidents under each policy that covers them
reads   claims with their newest state
"""
