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
from myhibachi.core.admin.export import attribute, attributes, dollars_of
from myhibachi.core.admin.forms import ServiceForm, ServiceFormAdmin
from myhibachi.core.admin.pages import HouseAdmin, ReadOnlyAdmin
from myhibachi.core.admin.paginator import CappedPaginator
from myhibachi.core.admin.presets import PLANNED
from myhibachi.core.admin.ranges import DateRangeFilter, MoneyRangeFilter

__all__ = [
    "PLANNED",
    "AuditEntryAdmin",
    "CappedPaginator",
    "DateRangeFilter",
    "HouseAdmin",
    "MoneyRangeFilter",
    "ReadOnlyAdmin",
    "ServiceForm",
    "ServiceFormAdmin",
    "attribute",
    "attributes",
    "dollars_of",
    "money",
    "money_column",
    "number",
    "small_table",
    "state_column",
    "state_label",
]
