from customers.models.customer import Customer
from customers.models.session import RevokedSession
from customers.models.user import User

__all__ = ["Customer", "RevokedSession", "User"]
