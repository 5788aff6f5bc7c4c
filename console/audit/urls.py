from django.urls import path

from console.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.log, name="log"),
    path("newer/", views.newer, name="newer"),
    path("verify/", views.verify, name="verify"),
    path("verify.py", views.verifier, name="verifier"),
    path("export.csv", views.export, {"kind": "csv"}, name="export-csv"),
    path("export.jsonl", views.export, {"kind": "jsonl"}, name="export-jsonl"),
    path("<int:seq>/", views.entry, name="entry"),
]
