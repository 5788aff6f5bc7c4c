"""Customers from a file, all the way: looked at, corrected, proposed, approved by somebody else, and made."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from console.approvals.models import Proposal
from console.imports.models import Import
from console.mirror.models import Customer
from tests.browser import acts
from tests.browser.test_pages import TELEPHONE, look_at
from tests.browser.world import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # axe looks long at a hundred rows

HEADER = ["E-mail", "Customer name", "Town", "Comments"]
NAMES = [f"Fenwick Branch {number:03}" for number in range(1, 103)]


def write(path: Path, *rows: list[str]) -> Path:
    with path.open("w", newline="", encoding="cp1252") as file:
        csv.writer(file, delimiter=";").writerows([HEADER, *rows])
    return path


def row(name: str, *, email: str = "", note: str = "") -> list[str]:
    return [email or f"{name.split()[-1]}@fenwick.example", name, "Malmö", note]


def upload(visitor: Visitor, path: Path) -> Page:
    visitor.go("/customers/").get_by_role("link", name="Import into BILL").click()
    visitor.page.get_by_label("CSV file").set_input_files(path)
    visitor.page.get_by_role("button", name="Look at the rows").click()
    return visitor.page


def test_a_file_is_corrected_proposed_approved_and_every_row_confirmed(world, people, tmp_path):
    world.vendors.settings(bill_refuses_customers_of_a_name=True)
    so_far = world.effects_so_far()
    taken = Customer.objects.filter(connection__connector="bill", is_archived=False).order_by("pk")[0].name
    good = [row(name, note="=1+1, first\nsecond") for name in NAMES]
    priya, dana = people.sign_in("priya"), people.sign_in("dana")

    page = upload(
        priya,
        write(tmp_path / "bad.csv", row("One", email="ana@"), row("", email="ana@x.example"), *good[:3]),
    )
    expect(page.get_by_text("Row 2, E-mail: “ana@” is not an address.")).to_be_visible()
    expect(page.get_by_text("Row 3, Name: It is empty; every customer has a name.")).to_be_visible()
    look_at(page, "import-errors")

    page = upload(priya, write(tmp_path / "good.csv", *good, row(taken)))
    expect(page.get_by_text("103 customers for")).to_contain_text("102 ready, 1 doubtful")
    look_at(page, "import-preview")
    page.get_by_label("Send row 104").check()
    page.get_by_label("Reason").fill("The branches of Fenwick, signed in November.")
    page.get_by_role("button", name="Propose the ticked customers").click()
    expect(page.get_by_role("region", name="P-")).to_contain_text("Waiting for approval")
    look_at(page, "import-proposal")

    proposal = Proposal.objects.latest("pk")
    file = Import.objects.get(pk=proposal.origin_id)
    watching = priya.go(file.get_absolute_url())
    pane = acts.open_in_inbox(dana, proposal)
    expect(pane).to_contain_text("A record that BILL refuses stops no other")
    acts.approve(pane)

    expect(pane).to_contain_text("102 of 103 done: 1 there already.")
    expect(watching.locator("#import")).to_contain_text("102 of 103 done: 1 there already.")
    expect(watching.locator("#row-2")).to_contain_text("Confirmed")
    expect(watching.locator("#row-104")).to_contain_text("Already there")
    look_at(watching, "import-results")
    look_at(dana.page, "import-approved")
    assert len(world.vendors.effects(since=so_far)) == 2
    made = Customer.objects.filter(name__startswith="Fenwick Branch")
    assert sorted(made.values_list("name", flat=True)) == NAMES
    acts.check_log(proposal)


def test_a_file_of_ten_megabytes_is_refused_before_it_is_sent(people, tmp_path):
    large = tmp_path / "large.csv"
    large.write_bytes(b"Name\n" + b"x" * 10_000_000)
    page = upload(people.sign_in("priya"), large)
    said = page.get_by_label("CSV file").evaluate("field => field.validationMessage")
    assert said == "The file is larger than 1 MB, which is the most. Cut it into several."
    assert page.url.endswith("/imports/")


def test_the_pages_of_an_import_fit_a_telephone(people, tmp_path):
    wide = write(
        tmp_path / "wide.csv", row("Harbor Lights", note="A long note. " * 40), row("Two", email="two@")
    )
    page = upload(people.sign_in("priya", **TELEPHONE), wide)
    look_at(page, "narrow-import-preview")
    page.goto(page.url.rsplit("/", 2)[0] + "/")
    look_at(page, "narrow-import-list")
