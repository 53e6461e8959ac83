from customers.models.customer import Customer
from customers.models.session import BrowserSession, LoginSession
from customers.models.two_factor import TwoFactor
from customers.models.user import User

__all__ = ["BrowserSession", "Customer", "LoginSession", "TwoFactor", "User"]
