"""What the insurance service stores."""

from kernel.database import schema
from kernel.tables import add_shared_tables

SCHEMA = schema("insurance")
add_shared_tables(SCHEMA)
