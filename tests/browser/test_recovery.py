"""A failed payment is collected again: it works, is declined, is rejected, or its answer is lost."""

import pytest
from playwright.sync_api import expect

from connectors.money import format_money
from console.approvals.models import Proposal
from tests.browser import acts

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("world", ["known", "random"], indirect=True)]

RETRY = "billsby_retry_invoice_payment"


CARD_UPDATED = "{} just emailed that she updated her card. Find her failed invoices and retry the payment."


def test_a_failed_payment_is_asked_for_approved_and_confirmed(world, people):
    story, so_far = world.stories["retry_pays"], world.effects_so_far()
    sentence = f"Retry payment on {story['invoiceNumber']}, {amount_of(story)}"
    priya, dana, omar = people.sign_in("priya"), people.sign_in("dana"), people.sign_in("omar")
    dana.go("/approvals/?tab=needs")

    chat = acts.ask(priya, CARD_UPDATED.format(story["customer_name"]))
    proposal = acts.proposal_on(chat)
    expect(acts.card(chat)).to_contain_text(sentence)
    expect(acts.card(chat)).to_contain_text("Waiting for approval")
    expect(acts.answer(chat)).to_contain_text("nothing is sent until a person approves it")
    assert world.vendors.effects(since=so_far) == []

    pane = acts.open_in_inbox(dana, proposal)  # the row came by itself
    expect(pane.get_by_role("heading", name=sentence)).to_be_visible()
    expect(pane).to_contain_text("Agent, for Priya Raman")
    expect(pane).to_contain_text("invoiceNumber: from ")
    acts.approve(pane)
    expect(acts.status_of(pane)).to_have_text("Confirmed")
    expect(acts.card(chat)).to_contain_text("Confirmed")
    expect(acts.answer(chat)).to_contain_text("took effect")
    [effect] = world.vendors.effects(since=so_far)
    assert (effect["operation"], effect["record"], effect["took"]) == (RETRY, story["invoiceNumber"], True)

    entries = omar.go(f"/audit/?q={proposal.number}").locator("#audit table")
    for told in ("Priya Raman", "Dana Whitfield", "is being sent", "was accepted with HTTP 200", "Confirmed"):
        expect(entries).to_contain_text(told)
    acts.check_log(proposal)


def test_a_retry_that_is_declined_again_did_not_take_effect(world, people):
    story, so_far = world.stories["retry_declines"], world.effects_so_far()
    priya, dana = people.sign_in("priya"), people.sign_in("dana")

    chat = acts.ask(priya, CARD_UPDATED.format(story["customer_name"]))
    proposal = acts.proposal_on(chat)
    pane = acts.open_in_inbox(dana, proposal)
    acts.approve(pane)

    expect(acts.status_of(pane)).to_have_text("Did not take effect")
    expect(pane.get_by_text("Did not take effect").nth(1)).to_be_visible()
    expect(acts.card(chat)).to_contain_text("Did not take effect")
    expect(acts.answer(chat)).to_contain_text("did not take effect")
    expect(acts.answer(chat)).to_contain_text("I will not try it again by myself")
    [effect] = world.vendors.effects(since=so_far)
    assert (effect["record"], effect["took"]) == (story["invoiceNumber"], False)
    acts.check_log(proposal)


def test_a_rejected_proposal_is_told_with_its_reason_and_not_asked_for_again(world, people):
    invoice, so_far = world.debtor(0), world.effects_so_far()
    priya, dana = people.sign_in("priya"), people.sign_in("dana")

    chat = acts.ask(priya, CARD_UPDATED.format(invoice.customer_name))
    proposal = acts.proposal_on(chat)
    pane = acts.open_in_inbox(dana, proposal)
    acts.reject(pane, "They pay by wire from now on.")

    expect(acts.status_of(pane)).to_have_text("Rejected")
    expect(acts.card(chat)).to_contain_text("Rejected")
    expect(acts.answer(chat)).to_contain_text("They pay by wire from now on.")
    acts.ask_on(chat, f"Please retry {invoice.customer_name}'s failed payment.")
    expect(acts.answer(chat)).to_contain_text("I will not propose it again unchanged")
    assert not Proposal.objects.filter(pk__gt=proposal.pk).exists()
    assert world.vendors.effects(since=so_far) == []
    acts.check_log(proposal)


def test_a_lost_reply_is_unknown_until_reading_finds_the_truth(world, people):
    invoice, so_far = world.debtor(1), world.effects_so_far()
    priya, dana = people.sign_in("priya"), people.sign_in("dana")

    chat = acts.ask(priya, CARD_UPDATED.format(invoice.customer_name))
    proposal = acts.proposal_on(chat)
    pane = acts.open_in_inbox(dana, proposal)
    world.vendors.drop_reply(operation=RETRY)
    acts.approve(pane)

    expect(acts.status_of(pane)).to_have_text("Outcome unknown")
    expect(pane).to_contain_text("We do not know whether this happened")
    expect(pane).to_contain_text("It was not sent again")
    expect(pane.get_by_role("button", name="Retry")).to_have_count(0)
    expect(acts.status_of(pane)).to_have_text("Confirmed")
    expect(acts.card(chat)).to_contain_text("Confirmed")
    expect(chat.locator("#thread")).to_contain_text("is now “Outcome unknown”")
    expect(acts.answer(chat)).to_contain_text("The outcome is known now")
    [effect] = world.vendors.effects(since=so_far)
    assert (effect["record"], effect["took"]) == (invoice.vendor_id, True)
    acts.check_log(proposal)


def amount_of(story):
    return format_money(story["amount_minor"], story["currency"])
