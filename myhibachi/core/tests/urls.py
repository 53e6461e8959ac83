"""A few endpoints that exist for the tests of what all endpoints share."""

from typing import Any, cast

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from myhibachi.core import audit
from myhibachi.core.api import errors
from myhibachi.core.api.idempotency import Idempotent
from myhibachi.core.errors import DomainError
from myhibachi.core.models import AuditEntry


class TooLittle(DomainError):
    code = "amount_mismatch"


class DoView(Idempotent):
    """Does something that can be counted, or fails as it is told to."""

    def post(self, request: Request) -> Response:
        match dict(request.data).get("outcome"):
            case "refused":
                raise TooLittle("We expected more.", attr="amount", expected=10000)
            case "invalid":
                raise serializers.ValidationError({"amount": ["A number, please."]})
            case "crash":
                raise RuntimeError("secret connection string")
        person = cast(Model, request.user)
        entry = audit.record("test.done", person, actor=person)
        return Response({"entry": entry.pk, "said": request.data}, status=201)


class EntrySerializer(serializers.ModelSerializer[AuditEntry]):
    class Meta:
        model = AuditEntry
        fields = ["note"]


class EntriesView(generics.ListAPIView[AuditEntry]):
    permission_classes = [AllowAny]
    authentication_classes: Any = []
    queryset = AuditEntry.objects.all()
    serializer_class = EntrySerializer
    ordering_fields = ("at", "note")


class EchoView(APIView):
    permission_classes = [AllowAny]
    authentication_classes: Any = []

    def post(self, request: Request) -> Response:
        return Response(request.data)


def crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret connection string")


urlpatterns = [
    path("api/do", DoView.as_view()),
    path("api/entries", EntriesView.as_view()),
    path("api/echo", EchoView.as_view()),
    path("api/crash", crash),
]
handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.server_error
