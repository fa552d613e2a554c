"""Stage reports: the ledger as it stood on a day, its totals, and the plan's six sections.

figures   the ledger's rows, and totals over them
sections  what the figures say under each heading, and what the unit wrote
workbook  the report as the 台账 in XLSX
document  the report in Word
"""

from services.rectification.operations.reports.document import as_document
from services.rectification.operations.reports.figures import report_at
from services.rectification.operations.reports.sections import write_section
from services.rectification.operations.reports.workbook import as_workbook

__all__ = ["as_document", "as_workbook", "report_at", "write_section"]
