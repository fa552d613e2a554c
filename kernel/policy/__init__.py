"""扶贫小额信贷 as law defines it, for every service that judges by it: one figure, one condition,
one engine.

registered  which statuses count as 建档立卡 on a day
use         what the money is for, and who uses it
rates       the policy rate of a loan's signing day
interest    what a loan may cost
"""

from pathlib import Path

from kernel.law import Figure, figures

LAW: dict[str, Figure] = figures(Path(__file__).with_name("law"))
"""The dated figures that more than one service judges by."""
