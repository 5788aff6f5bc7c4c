from django.urls import path

from console.connections import views

app_name = "connections"
urlpatterns = [
    path("", views.connection_list, name="list"),
    path("<int:pk>/card/", views.card, name="card"),
    path("<int:pk>/sync/", views.sync_now, name="sync"),
]
