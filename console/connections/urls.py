from django.urls import path

from console.connections import views

app_name = "connections"
urlpatterns = [
    path("", views.connection_list, name="list"),
    path("<int:pk>/card/", views.card, name="card"),
    path("<int:pk>/sync/", views.sync_now, name="sync"),
    path("<int:pk>/stop/", views.stop_sync, name="stop"),
    path("syncs/<int:pk>/gone/", views.agree_gone, name="gone"),
    path("<int:pk>/pause/", views.pause, name="pause"),
    path("<int:pk>/resume/", views.resume, name="resume"),
    path("<int:pk>/events/", views.events, name="events"),
    path("<int:pk>/events/propose/", views.propose_events, name="propose-events"),
    path("<int:pk>/events/address/", views.make_events_address, name="make-events-address"),
    path("new/<slug:vendor>/", views.connect, name="connect"),
    path("<int:pk>/credentials/", views.credentials, name="credentials"),
    path("<int:pk>/trust/", views.second_factor, name="trust"),
    path("<int:pk>/trust/code/", views.ask_for_code, name="ask-for-code"),
    # A vendor is given this one; it says nothing about whose it is.
    path("events/<str:path>", views.receive_event, name="receive-event"),
]
