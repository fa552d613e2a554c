"""`python -m jinqiao` is the command `jinqiao`."""

from jinqiao.command import main

main()
