"""What the sandbox's seed has none of: a custom field with an answer, an add-on in use, and tags."""

from connectors.sandbox.client import SandboxControl


def sell_more(sandbox: SandboxControl) -> dict[str, str]:
    """Add something of each kind; answers whose it is: {customer, subscription}."""
    story = sandbox.stories()["upgrade"]
    customer, subscription = story["customerUniqueId"], story["subscriptionUniqueId"]
    sandbox.change(
        "billsby",
        "subscription",
        subscription,
        tags=["water", "early bird"],
        addons=[{"id": 5, "quantity": 2}],
    )
    field = {"type": 0, "label": "Cost centre", "description": "On the invoice", "options": ""}
    sandbox.add("billsby", "custom_field", "700", customFieldId=700, compulsory=False, **field)
    answer = {"customFieldResponseId": 800, "customFieldId": 700, "productId": 11, "value": "Blue"}
    sandbox.add("billsby", "custom_field_response", "800", owner=customer, **answer)
    return {"customer": customer, "subscription": subscription}
