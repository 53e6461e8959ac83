from django.urls import path

from payments.pages import views
from payments.pages.booking import booking_page
from payments.pages.quote import quote_page, quote_pdf_page

urlpatterns = [
    path("pay/success", views.success, name="pay-success"),
    path("pay/canceled", views.canceled, name="pay-canceled"),
    path("pay/portal", views.portal, name="pay-portal"),
    path("pay/b/<token>", booking_page, name="pay-booking"),
    path("quotes/<token>.pdf", quote_pdf_page, name="quote-pdf"),
    path("quotes/<token>", quote_page, name="quote"),
]
