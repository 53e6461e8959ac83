from django.contrib import admin

from myhibachi.core.admin.pages import ReadOnlyAdmin
from myhibachi.core.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "action", "object_type", "object_id", "note")
    list_select_related = ("actor",)
    search_fields = ("=object_id", "=action", "=actor__email")
    search_help_text = "An object's id, an action such as refund.created, or an email."
    ordering = ("-at",)
