from django.urls import path

from payments.pages import views

urlpatterns = [
    path("pay/success", views.success, name="pay-success"),
    path("pay/canceled", views.canceled, name="pay-canceled"),
]
