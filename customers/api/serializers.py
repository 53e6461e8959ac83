from typing import Any

from rest_framework import serializers

from customers import roles
from customers.models import Customer, User

CUSTOMER = "customer"


class CredentialsSerializer(serializers.Serializer[User]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class LoginSerializer(CredentialsSerializer):
    code = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="The authenticator app's six digits, or a recovery code, where it is on.",
    )


class RegistrationSerializer(CredentialsSerializer):
    name = serializers.CharField(max_length=200)
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True)


class RefreshSerializer(serializers.Serializer[User]):
    refresh_token = serializers.CharField(max_length=2048)


class UserSerializer(serializers.ModelSerializer[User]):
    role = serializers.SerializerMethodField()
    customer_id = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "email", "name", "role", "customer_id"]

    def get_role(self, user: User) -> str:
        return roles.role_of(user) or CUSTOMER

    def get_customer_id(self, user: User) -> str | None:
        found = Customer.objects.filter(user=user).values_list("id", flat=True).first()
        return str(found) if found else None


class TokenPairSerializer(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
    user = UserSerializer()
