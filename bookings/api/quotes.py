"""Quotes: staff make, send and revise them; customers ask for them and answer them."""

from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.filters import QuoteFilter
from bookings.api.quotes_serializers import (
    AcceptAnswer,
    AcceptRequest,
    ByTokenRequest,
    DeclineAnswer,
    DeclineRequest,
    QuoteAnswer,
    QuoteRequest,
    SendRequest,
)
from bookings.models import Quote
from bookings.queries.quotes import find_offered, find_quote, visible_to
from bookings.services.quotes import (
    accept_quote,
    create_quote,
    decline_quote,
    offer_of,
    revise_quote,
    send_quote,
)
from customers.models import User
from customers.roles import is_staff_role
from myhibachi.core.api.client_ip import client_ip
from myhibachi.core.api.idempotency import Idempotent
from myhibachi.core.api.schema import IDEMPOTENCY_KEY
from myhibachi.core.errors import NotAllowed


class QuoteListView(Idempotent, generics.ListAPIView[Quote]):
    """The quotes one may see, every version; and making or asking for one."""

    serializer_class = QuoteAnswer
    filterset_class = QuoteFilter

    def get_queryset(self) -> QuerySet[Quote]:
        return visible_to(self.request.user).select_related("booking")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "for_staff": is_staff_role(self.request.user)}

    @extend_schema(parameters=[IDEMPOTENCY_KEY], request=QuoteRequest, responses={201: QuoteAnswer})
    def post(self, request: Request) -> Response:
        """Draft a quote, priced by the rules in force.

        A customer asks for one this way: it is `requested` until staff send it.
        """
        asked = QuoteRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        by_staff = is_staff_role(request.user)
        if by_staff:
            _require(request, "bookings.add_quote")
        quote = create_quote(
            offer=asked.offer(),
            asked_by_customer=not by_staff,
            quote_id=self.new_id,
            actor=cast(User, request.user),
            now=timezone.now(),
        )
        return _answer(request, quote, status=201)


class QuoteDetailView(APIView):
    @extend_schema(responses=QuoteAnswer)
    def get(self, request: Request, quote_id: str) -> Response:
        """Return one version by its id, or the newest of a reference."""
        return _answer(request, find_quote(quote_id, user=request.user))


class QuoteSendView(APIView):
    @extend_schema(request=SendRequest, responses=QuoteAnswer)
    def post(self, request: Request, quote_id: str) -> Response:
        """Offer a draft to its customer, by e-mail."""
        quote = _for_staff(request, quote_id)
        asked = SendRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        sent = send_quote(
            quote_id=quote.pk,
            expires_at=asked.validated_data.get("expires_at"),
            actor=cast(User, request.user),
            now=timezone.now(),
        )
        return _answer(request, sent)


class QuoteReviseView(Idempotent):
    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=QuoteRequest(partial=True),
        responses={201: QuoteAnswer},
    )
    def post(self, request: Request, quote_id: str) -> Response:
        """Draft the next version, with what is to be different; the old one can't be accepted."""
        quote = _for_staff(request, quote_id)
        asked = QuoteRequest(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        revised = revise_quote(
            quote_id=quote.pk,
            offer=asked.offer(offer_of(quote)),
            new_id=self.new_id,
            actor=cast(User, request.user),
            now=timezone.now(),
        )
        return _answer(request, revised, status=201)


class QuoteAcceptView(Idempotent):
    permission_classes = [AllowAny]
    # It holds the link to the booking; and accepting twice is accepting once.
    answer_is_secret = True

    @extend_schema(request=AcceptRequest, responses=AcceptAnswer)
    def post(self, request: Request, quote_id: str) -> Response:
        """Accept: a booking is made that holds its slot until the deposit is paid, or expires.

        Where the slot is gone, the answer is 409 `slot_full` with open ones nearby: send one of
        them as `date` and `time`, at the same price. Whoever has the link sends its `token`.
        """
        asked = AcceptRequest(data=request.data)
        quote = _to_answer(request, quote_id, asked)
        booking = accept_quote(
            quote_id=quote.pk,
            date=asked.validated_data.get("date"),
            time=asked.validated_data.get("time"),
            consent=asked.consent(client_ip=client_ip(request)),
            actor=_person(request),
            now=timezone.now(),
        )
        return Response(AcceptAnswer(booking).data)


class QuoteDeclineView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(request=DeclineRequest, responses=DeclineAnswer)
    def post(self, request: Request, quote_id: str) -> Response:
        """Decline. Whoever has the link sends its `token`."""
        asked = DeclineRequest(data=request.data)
        quote = _to_answer(request, quote_id, asked)
        declined = decline_quote(
            quote_id=quote.pk,
            reason=asked.validated_data.get("reason", ""),
            actor=_person(request),
            now=timezone.now(),
        )
        return Response(DeclineAnswer(declined).data)


def _for_staff(request: Request, quote_id: str) -> Quote:
    """Return the quote; whose it is not learns no more than that it is not theirs."""
    quote = find_quote(quote_id, user=request.user)
    _require(request, "bookings.change_quote")
    return quote


def _to_answer(request: Request, quote_id: str, asked: ByTokenRequest) -> Quote:
    """Return the quote that the token leads to, or that the person may answer."""
    asked.is_valid(raise_exception=True)
    token = asked.validated_data.get("token") or request.query_params.get("token")
    if token:
        return find_offered(quote_id, token=token)
    if _person(request) is None:
        raise NotAuthenticated
    quote = find_quote(quote_id, user=request.user)
    if is_staff_role(request.user):
        _require(request, "bookings.change_quote")
    return quote


def _person(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _require(request: Request, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise NotAllowed("You may not do this.")


def _answer(request: Request, quote: Quote, *, status: int = 200) -> Response:
    context = {"for_staff": is_staff_role(request.user)}
    return Response(QuoteAnswer(quote, context=context).data, status=status)
