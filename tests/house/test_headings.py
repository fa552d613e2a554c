"""Every column of every table has a Chinese heading, and every code a Chinese word."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from jinqiao.exchange import Exchange
from kernel.bulk.formats.cells import plain
from kernel.bulk.formats.layout import code_lists_of, fields_of


def tables(exchange: Exchange) -> Iterator[tuple[str, Any, Any]]:
    """Name, resource and headings of what is pushed; households have the national export's own."""
    for service in exchange.services.values():
        for name, resource in service.resources.items():
            if resource.sheet is None:
                yield f"{service.name}/{name}", resource, service.headings


def test_every_field_has_a_heading_and_none_means_two(opened_exchange: Exchange) -> None:
    for name, resource, headings in tables(opened_exchange):
        spellings = headings[resource.name]
        said = [
            heading
            for many in spellings.values()
            for heading in {
                plain(spelled.replace("#", number))
                for spelled in many.split()
                for number in ("", "1")
            }
        ]

        assert set(spellings) == set(fields_of(resource.model)), name
        assert [heading for heading, n in Counter(said).items() if n > 1] == [], name


def test_every_code_has_a_word_and_none_means_two(opened_exchange: Exchange) -> None:
    used = {
        (service.name, listed)
        for service in opened_exchange.services.values()
        for resource in service.resources.values()
        if resource.sheet is None
        for listed in code_lists_of(resource.model)
    }
    for service in opened_exchange.services.values():
        lists = service.headings.get("words", {})
        assert set(lists) == {listed for owner, listed in used if owner == service.name}

    for name, resource, headings in tables(opened_exchange):
        for listed, codes in code_lists_of(resource.model).items():
            words = headings["words"][listed]
            said = [plain(word) for many in words.values() for word in many.split()]

            assert list(words) == [str(code) for code in codes], (name, listed)
            assert len(set(said)) == len(said), (name, listed)
