"""What every service shares, and nothing that one of them owns.

A module belongs here when all services need it and none may do it differently. It imports
nothing of ours. It grows reluctantly.
"""
