from django.urls import path

from agent.mcp import views

app_name = "mcp"
urlpatterns = [
    path("", views.access_list, name="list"),
    path("new/", views.new_token, name="new"),
    path("matching/", views.matching, name="matching"),
    path("<int:pk>/", views.access_detail, name="detail"),
    path("<int:pk>/revoke/", views.revoke, name="revoke"),
    path("<int:pk>/remove/", views.remove, name="remove"),
]
