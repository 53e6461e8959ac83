from customers.models.customer import Customer
from customers.models.session import LoginSession
from customers.models.user import User

__all__ = ["Customer", "LoginSession", "User"]
