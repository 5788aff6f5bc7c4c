from django.urls import path

from console.mirror import views
from console.mirror.actions import ACTIONS

app_name = "mirror"
urlpatterns = [
    path("customers/", views.customer_list, name="customer-list"),
    path("customers/<int:pk>/", views.customer_detail, name="customer-detail"),
    path("subscriptions/", views.subscription_list, name="subscription-list"),
    path("subscriptions/<int:pk>/", views.subscription_detail, name="subscription-detail"),
    path("invoices/", views.invoice_list, name="invoice-list"),
    path("invoices/<int:pk>/", views.invoice_detail, name="invoice-detail"),
    *(
        path(f"invoices/<int:pk>/{slug}/", views.invoice_action, {"action": slug}, name=f"invoice-{slug}")
        for slug in ACTIONS
    ),
    path("vendors/", views.vendor_list, name="vendor-list"),
    path("vendors/<int:pk>/", views.vendor_detail, name="vendor-detail"),
    path("bills/", views.bill_list, name="bill-list"),
    path("bills/<int:pk>/", views.bill_detail, name="bill-detail"),
]
