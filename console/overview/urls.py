from django.urls import path

from console.overview import views

app_name = "overview"
urlpatterns = [
    path("", views.home, name="home"),
    path("cash-flow/", views.cash_flow, name="cash_flow"),
    path("shell/waiting/", views.waiting, name="waiting"),
    path("shell/sync-ages/", views.sync_ages, name="sync-ages"),
]
