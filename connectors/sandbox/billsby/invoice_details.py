"""The individual invoice: some seventy fields, nearly all of them text."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.billsby.billing import refundable
from connectors.sandbox.billsby.formats import plain
from connectors.sandbox.books import Books

COUNTRIES = {
    "USA": "United States",
    "GBR": "United Kingdom",
    "DEU": "Germany",
    "FRA": "France",
    "NLD": "Netherlands",
    "JPN": "Japan",
    "CAN": "Canada",
    "IRL": "Ireland",
    "ESP": "Spain",
    "ITA": "Italy",
}


def invoice_details(books: Books, invoice: dict[str, Any]) -> dict[str, Any]:
    customer = books.get("customer", invoice["customerUniqueId"]) or {}
    company = books.find("company")[0]
    adjustment = invoice["prorationAdjustment"]
    address = customer["billingAddress"]
    return {
        "invoiceId": str(invoice["invoiceId"]),
        "customerEmail": customer["email"],
        "customerFirstName": customer["firstName"],
        "customerLastName": customer["lastName"],
        "customerUniqueId": customer["customerUniqueId"],
        "addressLine1": address["addressLine1"],
        "addressLine2": address["addressLine2"],
        "addressPostCode": address["postCode"],
        "addressCity": address["city"],
        "addressState": address["state"],
        "addressCountry": COUNTRIES.get(address["country"], address["country"]),
        "addressCountryCode": address["country"],
        "invoiceNumber": invoice["invoiceNumber"],
        "createdOn": invoice["createdOn"],
        "formattedAmount": plain(invoice["amount"], invoice["currency"]),
        "amount": str(invoice["amount"]),
        "currency": invoice["currency"],
        "status": invoice["status"],
        "subTotal": str(invoice["amount"]),
        "taxTotal": "0",
        "prorationAdjustment": None if adjustment is None else plain(adjustment, invoice["currency"]),
        "prorationFactor": None,
        "taxes": [],
        "invoiceType": invoice["invoiceType"],
        "subscriptions": [_lines(invoice)],
        **_company(company),
        **_card(customer["card"]),
        "refundableAmount": str(refundable(invoice)),
        **_footer(company),
    }


def _lines(invoice: dict[str, Any]) -> dict[str, Any]:
    return {
        "subscriptionUniqueId": invoice["subscriptionUniqueId"],
        "planName": invoice["planName"],
        "billingPeriodStart": invoice["billingPeriodStart"],
        "billingPeriodEnd": invoice["billingPeriodEnd"],
        "subscriptionItems": [
            {name: str(value) for name, value in item.items()} for item in invoice["lines"]
        ],
    }


def _company(company: dict[str, Any]) -> dict[str, Any]:
    address = company["address"]
    return {
        "companyName": company["name"],
        "companyEmail": company["email"],
        "companyTaxNumber": company["taxNumber"],
        "companyDomain": company["domain"],
        "companyPhoneNumberDialCountry": address["country"],
        "companyPhoneNumberDialCode": company["dialCode"],
        "companyPhoneNumber": company["phone"],
        "companyAddressLine1": address["addressLine1"],
        "companyAddressLine2": address["addressLine2"],
        "companyCity": address["city"],
        "companyState": address["state"],
        "companyPostCode": address["postCode"],
        "companyCountry": COUNTRIES[address["country"]],
        "brandingLogo": "logo.png",
        "brandingLogoBackgroundColor": "#ffffff",
        "brandingHighlightColor": "#0f4c5c",
        "supportUrl": company["supportUrl"],
    }


def _card(card: dict[str, Any] | None) -> dict[str, Any]:
    if card is None:
        return {"cardType": None, "cardLast4Digits": None, "cardExpiryMonth": None, "cardExpiryYear": None}
    return {
        "cardType": card.get("cardType"),
        "cardLast4Digits": card.get("last4Digits"),
        "cardExpiryMonth": str(card.get("expiryMonth", "")),
        "cardExpiryYear": str(card.get("expiryYear", ""))[-2:],
    }


def _footer(company: dict[str, Any]) -> dict[str, Any]:
    address = company["address"]
    return {
        "footerCompanyName": company["name"],
        "footerAddressLine1": address["addressLine1"],
        "footerAddressLine2": address["addressLine2"],
        "footerAddressState": address["state"],
        "footerAddressCity": address["city"],
        "footerAddressPostCode": address["postCode"],
        "footerAddressCountryISO3": address["country"],
        "footerEmailAddress": company["email"],
        "footerPhoneNumberDialCountry": address["country"],
        "footerPhoneNumberDialCode": company["dialCode"],
        "footerPhoneNumber": company["phone"],
        "supportContactHeading": "Questions about this invoice?",
        "supportContactContent": "Write to us and we will answer within a day.",
        "supportContactSupportUrl": company["supportUrl"],
        "supportContactSupportUrlButtonText": "Contact us",
        "isAdvertEnabled": "false",
        "advertImageUrl": None,
        "advertLinkToUrl": None,
    }
