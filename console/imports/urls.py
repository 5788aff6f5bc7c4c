from django.urls import path

from console.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.upload, name="list"),
    path("template.csv", views.template, name="template"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/not-made.csv", views.not_made, name="not-made"),
]
