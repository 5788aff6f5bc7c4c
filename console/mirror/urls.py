from django.urls import URLPattern, path

from console.mirror import action_views, adding, views
from console.mirror.listings import LISTINGS, WITHOUT_PAGE, Listing
from console.mirror.models import Plan, Record
from console.mirror.models.syncs import words_for
from console.mirror.offers import OFFERS
from console.mirror.papers import LISTED

app_name = "mirror"


def places(model: type[Record]) -> str:
    return f"{words_for(model.KIND).replace(' ', '-')}/"


def listed(listing: Listing) -> URLPattern:
    model = listing.model
    return path(places(model), views.record_list, {"listing": listing}, name=f"{model.KIND}-list")


def shown(model: type[Record]) -> URLPattern:
    route = f"{places(model)}<int:pk>/"
    return path(route, views.record_detail, {"model": model}, name=f"{model.KIND}-detail")


def papers_beside(model: type[Record]) -> tuple[URLPattern, ...]:
    route, about = f"{places(model)}<int:pk>/documents/", {"model": model}
    return (
        path(route, views.record_papers, about, name=f"{model.KIND}-papers"),
        path(f"{route}<str:key>/", views.record_paper, about, name=f"{model.KIND}-paper"),
    )


urlpatterns = [
    *map(listed, LISTINGS.values()),
    *map(shown, (model for model in (*LISTINGS, Plan) if model not in WITHOUT_PAGE)),
    *(address for model in LISTED for address in papers_beside(model)),
    path("subscriptions/<int:pk>/now/", views.subscription_now, name="subscription-now"),
    path("vendors/new/", action_views.new_vendor, name="vendor-new"),
    path("budgets/new/", action_views.new_budget, name="budget-new"),
    path("bills/new/", action_views.choose_party, {"beginning": adding.NEW_BILL}, name="bill-new"),
    path("invoices/new/", action_views.choose_party, {"beginning": adding.NEW_INVOICE}, name="invoice-new"),
    path("bills/pay/", action_views.pay_bills, name="pay-bills"),
    *(
        path(action.path, action_views.record_action, {"route": action.route}, name=action.route)
        for action in OFFERS
    ),
]
