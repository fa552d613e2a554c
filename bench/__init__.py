"""What we claim about speed, runnable: `make bench`. Each figure has a limit or rival beside it.

Machines are shared and noisy, so trust the ratio within one run and not the absolute figure.
"""
