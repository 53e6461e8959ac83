"""The page of figures, the rows behind each of them, and each table as a file."""

from payments.admin.analytics.page import TABLE_FILE, table_file, view
from payments.admin.analytics.rows_page import rows_view
from payments.admin.analytics.table import ROWS_PAGE

__all__ = ["ROWS_PAGE", "TABLE_FILE", "rows_view", "table_file", "view"]
