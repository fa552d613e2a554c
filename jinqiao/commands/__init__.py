"""The sub-commands of `jinqiao`, one module each, with `add_to(app)`."""
