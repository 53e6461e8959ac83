"""What every page of the admin here is made of."""

from myhibachi.core.admin.audit import AuditEntryAdmin
from myhibachi.core.admin.columns import (
    money,
    money_column,
    number,
    small_table,
    state_column,
    state_label,
)
from myhibachi.core.admin.forms import ServiceForm, ServiceFormAdmin
from myhibachi.core.admin.pages import HouseAdmin, ReadOnlyAdmin
from myhibachi.core.admin.paginator import CappedPaginator

__all__ = [
    "AuditEntryAdmin",
    "CappedPaginator",
    "HouseAdmin",
    "ReadOnlyAdmin",
    "ServiceForm",
    "ServiceFormAdmin",
    "money",
    "money_column",
    "number",
    "small_table",
    "state_column",
    "state_label",
]
