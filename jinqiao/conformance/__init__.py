"""What a partner of the exchange must be able to do, played with his own credentials.

The rows that are pushed carry numbers that begin with CONFORM and people whose ID numbers begin
with 230199, which are nobody's; they stay on record, so this is for a sandbox or an exchange for
tests.

    duties      what a duty is, and what becomes of it
    play        who plays, and what he pushes
    asking      tokens, pushes, corrections, files, reading
    telling     webhooks of the exchange, as they come to a receiver of the kit
    trying      deliveries, good and bad, sent at a receiver
"""

from collections.abc import Iterator

from gateway.webhooks.signing import Signing, new_key, receivers_key
from jinqiao.conformance import asking, telling, trying
from jinqiao.conformance.duties import Duty, Result, played
from jinqiao.conformance.play import Play, play_of
from jinqiao.conformance.receiver import listening
from jinqiao.conformance.trying import Trial
from jinqiao.partner import Partner


def perform(part: str, partner: Partner) -> Iterator[Result]:
    """Play every duty of a `bank`, `insurer` or `office`, one after the other.

    A receiver of the kit listens on this machine meanwhile; the exchange must reach it here.
    """
    play = play_of(part, partner)
    yield from played(asking.DUTIES, play)
    with listening() as receivers:
        with telling.listening_to(play, receivers) as told:
            yield from played(telling.DUTIES, told)
        with trying.as_the_exchange_sends() as http:
            trials = []
            for signing in Signing:
                receiver, secret = receivers.new(), new_key(signing).secret
                receiver.keys = [receivers_key(secret)]
                trials.append(Trial(http, receiver.url, secret))
            yield from played(map(trying.of_each, trying.DUTIES), trials)


def try_receiver(
    url: str, secret: str, *, part: str = "", partner: Partner | None = None
) -> Iterator[Result]:
    """Send deliveries, good and bad, at a partner's own receiver.

    `secret` signs the good ones; the receiver verifies with `receivers_key` of it. With a partner
    the exchange is asked to send it an example as well.
    """
    with trying.as_the_exchange_sends() as http:
        yield from played(trying.DUTIES, Trial(http, url, secret))
    if partner:
        reached = Duty[Play](
            "is reached by the exchange", lambda play: telling.is_reached(play, url)
        )
        yield from played([reached], play_of(part, partner))
