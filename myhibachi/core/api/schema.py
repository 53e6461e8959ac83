"""What the OpenAPI schema says about errors that the packages do not know."""

from drf_spectacular.utils import OpenApiParameter
from drf_standardized_errors.openapi_serializers import ClientErrorEnum
from rest_framework import serializers

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description="The same key and body within 24 hours get the same answer and do nothing twice.",
)


class ConflictSerializer(serializers.Serializer[None]):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ConflictResponseSerializer(serializers.Serializer[None]):
    """A rule of the business said no: the `code` says which."""

    type = serializers.ChoiceField(choices=ClientErrorEnum.choices)
    errors = ConflictSerializer(many=True)  # type: ignore[assignment]  # DRF's own name for its dict
