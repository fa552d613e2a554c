"""What the rectification service stores."""

from kernel.database import schema
from kernel.tables import add_shared_tables

SCHEMA = schema("rectification")
add_shared_tables(SCHEMA)
