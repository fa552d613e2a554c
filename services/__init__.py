"""The programmes: one package, one process or part of one, one PostgreSQL schema each.

No service imports another. What one needs of another it keeps as a copy of that one's feed.
"""
