from django.urls import path

from customers.api import views

urlpatterns = [
    path("api/auth/register", views.RegisterView.as_view(), name="auth-register"),
    path("api/auth/login", views.LoginView.as_view(), name="auth-login"),
    path("api/auth/refresh", views.RefreshView.as_view(), name="auth-refresh"),
    path("api/auth/logout", views.LogoutView.as_view(), name="auth-logout"),
    path("api/auth/me", views.MeView.as_view(), name="auth-me"),
]
