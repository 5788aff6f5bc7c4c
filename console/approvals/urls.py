from django.urls import path

from console.approvals import views

app_name = "approvals"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("list/", views.inbox_list, name="list"),
    path("files/", views.uploaded_files, name="files"),
    path("files/<int:pk>/", views.open_file, name="file"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/card/", views.card, name="card"),
    path("<int:pk>/checks/", views.checks, name="checks"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/reject/", views.reject, name="reject"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:pk>/settle/", views.settle, name="settle"),
]
