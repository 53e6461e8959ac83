from django.urls import path

from payments.api.views import (
    analytics,
    canceling,
    lists,
    paying,
    profile,
    refund,
    timeline,
    webhook,
)

urlpatterns = [
    path("api/customers/me", profile.ProfileView.as_view(), name="own-profile"),
    path(
        "api/bookings/<str:booking_id>/cancel",
        canceling.CancelView.as_view(),
        name="cancel-booking",
    ),
    path(
        "api/bookings/<str:booking_id>/timeline",
        timeline.TimelineView.as_view(),
        name="booking-timeline",
    ),
    path(
        "api/stripe/create-checkout-session",
        paying.CheckoutSessionView.as_view(),
        name="create-checkout-session",
    ),
    path(
        "api/stripe/create-payment-intent",
        paying.PaymentIntentView.as_view(),
        name="create-payment-intent",
    ),
    path("api/stripe/portal-link", paying.PortalLinkView.as_view(), name="portal-link"),
    path("api/stripe/webhook", webhook.webhook, name="stripe-webhook"),
    path("api/stripe/refund", refund.RefundView.as_view(), name="refund"),
    path("api/stripe/payments", lists.PaymentListView.as_view(), name="payments"),
    path("api/stripe/payments/manual", lists.ManualPaymentView.as_view(), name="manual-payment"),
    path("api/stripe/refunds", lists.RefundListView.as_view(), name="refunds"),
    path(
        "api/stripe/refunds/<uuid:refund_id>/approve",
        refund.ApproveRefundView.as_view(),
        name="approve-refund",
    ),
    path(
        "api/stripe/refunds/<uuid:refund_id>/reject",
        refund.RejectRefundView.as_view(),
        name="reject-refund",
    ),
    path("api/stripe/disputes", lists.DisputeListView.as_view(), name="disputes"),
    path("api/stripe/invoices", lists.InvoiceListView.as_view(), name="invoices"),
    path(
        "api/stripe/analytics/payments",
        analytics.PaymentAnalyticsView.as_view(),
        name="payment-analytics",
    ),
    path(
        "api/stripe/analytics/customers",
        analytics.CustomerAnalyticsView.as_view(),
        name="customer-analytics",
    ),
]
