"""The story, chapter by chapter: a spring in Baiquan, from letting agencies in to putting right."""

from tests.examples.chapters.agencies import let_agencies_in, tell_of_the_exchange
from tests.examples.chapters.insurance import insure
from tests.examples.chapters.loans import follow_up, lend
from tests.examples.chapters.putting_right import put_right
from tests.examples.chapters.refusals import be_refused
from tests.examples.chapters.registry import register
from tests.examples.chapters.sharing import share
from tests.examples.chapters.subsidy import subsidise
from tests.examples.chapters.webhooks import be_told
from tests.examples.teller import Teller


def tell(teller: Teller) -> None:
    """The whole story. `teller` knows nobody yet but the operator."""
    tell_of_the_exchange(teller)
    let_agencies_in(teller)
    register(teller)
    teller.drain()
    lend(teller)
    insure(teller)
    teller.drain()
    follow_up(teller)
    subsidise(teller)
    put_right(teller)
    share(teller)
    be_told(teller)
    be_refused(teller)
