"""The rulebook: every condition and every figure of law that the exchange judges by, in words.

It is gathered from the rules and the figures themselves, so it cannot say anything else than what
is judged, and what is added to them appears by itself.

gathered  conditions, figures and regimes in one language, as of a day or over all days
written   the same as a document for a policy officer
words     what the document says between them, in Chinese and English
"""

from jinqiao.rulebook.gathered import rulebook
from jinqiao.rulebook.written import written

__all__ = ["rulebook", "written"]
