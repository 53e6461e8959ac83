from django.urls import path

from bookings.api import views

urlpatterns = [
    path("api/bookings", views.BookingListView.as_view(), name="bookings"),
    path("api/bookings/availability", views.AvailabilityView.as_view(), name="availability"),
    path("api/bookings/price", views.PriceView.as_view(), name="price"),
    path("api/bookings/<str:booking_id>", views.BookingDetailView.as_view(), name="booking"),
]
