"""What insurance hears and says.

pushed     what is pushed, and read back as it was pushed
claims     a claim with its history and clocks
cover      who should be covered, and who is not
suspected  incidents that nobody claimed in time
"""
