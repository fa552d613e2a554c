"""What the registry can do.

households  households: pushed as reports, announced whole, shown as far as a caller may see
lookups     whether a person is registered, for who knows number and name
needs       what a household needs money for, and what became of it
sharing     judge who shared and who read, when a screening is asked for
"""
