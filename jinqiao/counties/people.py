"""Invented people: names from common characters, ID numbers no living person can bear."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

PREFIX = "230199"
"""A district code that was never assigned (policy.md 4.3), so no number here is anyone's."""

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏"
    "苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙史陶贺顾毛郝龚邵"
)
MEN = "国建军强明志文华伟平海山林德福生玉春树永庆长清东成宝忠贵喜财江龙斌勇刚利民和有才凤祥学义新"
WOMEN = "桂秀英玉兰凤珍淑华芳芝霞丽红艳梅琴云荣敏香莲翠娟萍雪晶春月彩杰静亚素慧玲娥琳欣雅婷"

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_digit(seventeen: str) -> str:
    """The eighteenth character of GB 11643-1999 (policy.md 4.3)."""
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


@dataclass(slots=True)
class Identities:
    """Issues each ID number once; the last digit before the check digit is odd for men."""

    issued: dict[tuple[date, bool], int] = field(default_factory=dict)

    def issue(self, born: date, male: bool) -> str:
        count = self.issued.get((born, male), 0)
        self.issued[born, male] = count + 1
        serial = 2 * count + (1 if male else 2)
        if serial > 999:
            raise ValueError(f"no ID number is left for people born on {born}")
        seventeen = f"{PREFIX}{born:%Y%m%d}{serial:03d}"
        return seventeen + check_digit(seventeen)


@dataclass(slots=True, eq=False)
class Person:
    """A person, and what the registry says of them as a household's member."""

    name: str
    id_number: str
    male: bool
    born: date
    relation: str = "HEAD"
    labour: str | None = "ORDINARY"
    later_labour: tuple[date, str] | None = None
    """From the rows of that day on the registry says this instead."""
    health: tuple[str, ...] = ("HEALTHY",)
    disability: str = ""
    """Category and grade, perhaps a reissue, as they follow the ID number on the certificate."""
    joined_on: date | None = None
    left_on: date | None = None
    died_on: date | None = None
    uncovered: set[int] = field(default_factory=set)
    """Policy years in which nobody covers this person."""
    cover: dict[int, tuple[date | None, date | None]] = field(default_factory=dict)
    """Policy years in which only a part is covered: from, to (exclusive)."""
    renewed_on: date | None = None
    other_insurer: bool = False

    def labour_at(self, day: date) -> str | None:
        if self.later_labour and self.later_labour[0] <= day:
            return self.later_labour[1]
        return self.labour

    def present(self, day: date) -> bool:
        """A living member of the household on the day."""
        return (
            (self.joined_on is None or self.joined_on <= day)
            and (self.left_on is None or self.left_on > day)
            and (self.died_on is None or self.died_on > day)
        )


def surname(rng: Random) -> str:
    return rng.choice(SURNAMES)


def person(
    rng: Random, identities: Identities, born: date, male: bool, *, family: str = ""
) -> Person:
    given = "".join(rng.choices(MEN if male else WOMEN, k=2 if rng.randrange(10) < 7 else 1))
    name = (family or surname(rng)) + given
    return Person(name, identities.issue(born, male), male, born)


def reborn(identities: Identities, someone: Person, born: date) -> None:
    """Give a person another birthday, and with it another ID number."""
    someone.born = born
    someone.id_number = identities.issue(born, someone.male)


def birthday(rng: Random, age: int) -> date:
    """A birthday of someone who completes `age` years during 2018."""
    return date(2018 - age, rng.randrange(1, 13), rng.randrange(1, 29))
