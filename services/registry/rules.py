"""What the law asks of those who share the registry: conditions over the sharing facts.

Each is true (met), false (not met) or null (undetermined); null is never a default.
"""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, case, false, func, true

from kernel.law import Certainty, Kind, rule

_CITE = "黑金发〔2019〕22号 二(三) 二(五): 信息与银行机构、保险机构共享; 哈银发〔2016〕137号"


def _in_time(sharing: FromClause) -> ColumnElement[Any]:
    """In time; late where our record is long enough to tell; else unknown. Day n is in time."""
    return case(
        (sharing.c.days <= sharing.c.share_days, true()),
        (func.cardinality(sharing.c.record_too_short) == 0, false()),
    )


@rule(
    "SHARE-01",
    kind=Kind.FINDING,
    zh="县级主动共享建档立卡信息变动",
    en="The county has pushed a change of the registry within the days allowed.",
    cite=_CITE,
    plan="三 五",
    applies=lambda sharing: ~sharing.c.is_reader,
    figures=("share_days",),
    beside=("last_on", "days", "on_record_since"),
    silence=("record_too_short",),
    certainty=Certainty.ASSUMED,
)
def county_shares(sharing: FromClause) -> ColumnElement[Any]:
    """By the day on which a change of a household or need reached us. The days are assumed."""
    return _in_time(sharing)


@rule(
    "SHARE-02",
    kind=Kind.FINDING,
    zh="银行、保险机构读取共享信息",
    en="The bank or insurer has read what is shared of the place within the days allowed.",
    cite=_CITE,
    plan="三 五",
    applies=lambda sharing: sharing.c.is_reader,
    figures=("share_days",),
    beside=("last_on", "days", "on_record_since"),
    silence=("record_too_short",),
    certainty=Certainty.ASSUMED,
)
def agency_reads(sharing: FromClause) -> ColumnElement[Any]:
    """Any feed of ours, or a list shared with it, counts as reading. The days are assumed."""
    return _in_time(sharing)


CATALOGUE = (county_shares, agency_reads)
"""Every rule of this service, in the catalogue's order."""
