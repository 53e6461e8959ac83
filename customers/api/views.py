"""Registration and login."""

from typing import cast

from django.contrib.auth import authenticate
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api import tokens
from customers.api.authentication import BearerAuthentication
from customers.api.serializers import (
    LoginSerializer,
    RefreshSerializer,
    RegistrationSerializer,
    TokenPairSerializer,
    UserSerializer,
)
from customers.api.throttling import LoginByAccount, LoginByAddress, RegisterByAddress
from customers.errors import TooManyCodes, WrongCode
from customers.models import LoginSession, User
from customers.services import accounts, attempts, sessions, two_factor
from myhibachi.core.api.client_ip import client_ip, user_agent


class OpenView(APIView):
    """For people who are not logged in yet."""

    permission_classes = [AllowAny]
    authentication_classes = []

    def get_authenticate_header(self, request: Request) -> str:
        """Return what keeps a refused login a 401."""
        return BearerAuthentication().authenticate_header(request)


class RegisterView(OpenView):
    throttle_classes = [RegisterByAddress]

    @extend_schema(request=RegistrationSerializer, responses={201: TokenPairSerializer})
    def post(self, request: Request) -> Response:
        """Create an account and log in."""
        data = RegistrationSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        user = accounts.register(**data.validated_data)
        return Response(
            TokenPairSerializer(tokens.log_in(user, client=_client(request))).data,
            status=status.HTTP_201_CREATED,
        )


class LoginView(OpenView):
    throttle_classes = [LoginByAddress, LoginByAccount]

    @extend_schema(request=LoginSerializer, responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        """Log in. The same answer, in the same time, for a wrong password and a wrong email.

        Who has an authenticator app sends its `code`, too: without it a right password is a 401
        with the code `two_factor_required`. `two_factor_set_up_required`: staff must set it up in
        the admin first.
        """
        data = LoginSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        code = data.validated_data.pop("code", "")
        user = authenticate(request, **data.validated_data)
        if not isinstance(user, User):
            raise AuthenticationFailed("Email or password is wrong.")
        _second_step(user, code)
        return Response(TokenPairSerializer(tokens.log_in(user, client=_client(request))).data)


class RefreshView(OpenView):
    @extend_schema(request=RefreshSerializer, responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        """Exchange a refresh token, once, for new tokens."""
        data = RefreshSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        pair = tokens.refresh(data.validated_data["refresh_token"], client=_client(request))
        if pair is None:
            raise AuthenticationFailed("This token is not valid, or not any more.")
        return Response(TokenPairSerializer(pair).data)


class LogoutView(APIView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End this login: its access and refresh tokens stop working at once."""
        if isinstance(request.auth, LoginSession):
            sessions.revoke(session_id=request.auth.pk, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    @extend_schema(responses=UserSerializer)
    def get(self, request: Request) -> Response:
        """Return who is asking."""
        return Response(UserSerializer(cast(User, request.user)).data)


def _client(request: Request) -> sessions.Client:
    return sessions.Client(ip_address=client_ip(request), user_agent=user_agent(request))


def _second_step(user: User, code: str) -> None:
    if user.two_factor_id is None:
        if two_factor.must_have_it(user):
            words = "Set up two-factor in the admin first."
            raise AuthenticationFailed(words, code="two_factor_set_up_required")
        return
    if not code:
        raise AuthenticationFailed("Send your app's code, too.", code="two_factor_required")
    try:
        two_factor.check_code(user_id=user.pk, code=code, now=timezone.now())
    except TooManyCodes as error:
        wait = attempts.seconds_left(per_seconds=two_factor.WINDOW)
        raise Throttled(wait=wait, detail=error.detail) from None
    except WrongCode as error:
        raise AuthenticationFailed(error.detail, code=error.code) from None
