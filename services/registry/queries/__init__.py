"""Every SQL statement of the registry.

households  what a push of households resolves, and what is announced of them
needs       the same of financing needs
sharing     who pushed and who read, by county
"""
