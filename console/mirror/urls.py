from django.urls import path

from console.mirror import lists, views
from console.mirror.actions import ACTIONS
from console.mirror.models import Bill, Customer, Invoice, Subscription, Vendor

app_name = "mirror"
urlpatterns = [
    path("customers/", views.record_list, {"listing": lists.CUSTOMERS}, name="customer-list"),
    path("customers/<int:pk>/", views.record_detail, {"model": Customer}, name="customer-detail"),
    path("subscriptions/", views.record_list, {"listing": lists.SUBSCRIPTIONS}, name="subscription-list"),
    path("subscriptions/<int:pk>/", views.record_detail, {"model": Subscription}, name="subscription-detail"),
    path("invoices/", views.record_list, {"listing": lists.INVOICES}, name="invoice-list"),
    path("invoices/<int:pk>/", views.record_detail, {"model": Invoice}, name="invoice-detail"),
    *(
        path(f"invoices/<int:pk>/{slug}/", views.invoice_action, {"action": slug}, name=f"invoice-{slug}")
        for slug in ACTIONS
    ),
    path("vendors/", views.record_list, {"listing": lists.VENDORS}, name="vendor-list"),
    path("vendors/<int:pk>/", views.record_detail, {"model": Vendor}, name="vendor-detail"),
    path("bills/", views.record_list, {"listing": lists.BILLS}, name="bill-list"),
    path("bills/<int:pk>/", views.record_detail, {"model": Bill}, name="bill-detail"),
]
