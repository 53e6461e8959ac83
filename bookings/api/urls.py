from django.urls import path

from bookings.api import quotes, reschedule, views, waitlist

urlpatterns = [
    path("api/bookings", views.BookingListView.as_view(), name="bookings"),
    path("api/bookings/availability", views.AvailabilityView.as_view(), name="availability"),
    path("api/bookings/price", views.PriceView.as_view(), name="price"),
    path("api/bookings/<str:booking_id>", views.BookingDetailView.as_view(), name="booking"),
    path(
        "api/bookings/<str:booking_id>/reschedule",
        reschedule.RescheduleView.as_view(),
        name="reschedule-booking",
    ),
    path("api/quotes", quotes.QuoteListView.as_view(), name="quotes"),
    path("api/quotes/<str:quote_id>", quotes.QuoteDetailView.as_view(), name="quote-detail"),
    path("api/quotes/<str:quote_id>/send", quotes.QuoteSendView.as_view(), name="quote-send"),
    path("api/quotes/<str:quote_id>/revise", quotes.QuoteReviseView.as_view(), name="quote-revise"),
    path("api/quotes/<str:quote_id>/accept", quotes.QuoteAcceptView.as_view(), name="quote-accept"),
    path(
        "api/quotes/<str:quote_id>/decline", quotes.QuoteDeclineView.as_view(), name="quote-decline"
    ),
    path("api/waitlist", waitlist.WaitlistView.as_view(), name="waitlist"),
    path(
        "api/waitlist/<uuid:entry_id>", waitlist.WaitlistEntryView.as_view(), name="waitlist-entry"
    ),
]
