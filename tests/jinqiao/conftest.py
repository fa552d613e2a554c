"""What the tests of the command and its database share."""

import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out, for everybody else, what only root can try."""
    if os.geteuid() != 0:
        items[:] = [item for item in items if not item.get_closest_marker("as_root")]
