"""Registered households at ordinary rates (plan 三; rows 4 and 5).

拜泉: 78 households, 3,329,000 yuan at 6.75-10.5%, of whom eight sampled overpaid 11,700 yuan to
March 2018 against 1.75%. 兰西: 243 households, 8,324,600 yuan at 8.96-10.5%, overpaid 363,300 yuan
to June 2018 against 3.75%.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from ..county import County, lend, settle
from ..households import Household, couple, disabled_couple
from ..interest import days, months_later
from ..lending import ALWAYS, Loan, charge, overpaid, term
from ..people import Person
from ..places import BAIQUAN, JUNE, LANXI, MARCH
from .spared import exact_cases, spare

PLACES = (BAIQUAN.code, LANXI.code)
EIGHT, SOURCE = "拜泉8", "审计"
"""The auditors' sample in 拜泉."""
