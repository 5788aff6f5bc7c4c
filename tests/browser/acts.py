"""What people do in these tests, and what they see."""

from playwright.sync_api import Locator, Page, expect

from console.approvals.models import Proposal
from tests.browser.world import Visitor
from tests.kill import witness


def ask(visitor: Visitor, text: str) -> Page:
    """Begin a conversation with this question, and wait until it is answered."""
    page = visitor.go("/chat/?new=1")
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/chat/*-*/")
    expect(page.locator(".msg-u .bub").last).to_have_text(text)
    answered(page)
    return page


def ask_on(page: Page, text: str) -> None:
    """Go on in the open conversation."""
    answers = page.locator(".msg-a").count()
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".msg-u .bub").last).to_have_text(text)
    expect(page.locator(".msg-a").nth(answers)).to_be_attached()
    answered(page)


def answered(page: Page) -> None:
    """The agent has written its answer and waits for a question."""
    expect(page.locator(".msg-a .prose").last).to_be_visible()
    expect(page.locator("#thread")).to_have_attribute("aria-busy", "false")


def answer(page: Page) -> Locator:
    """The agent's last words."""
    return page.locator(".msg-a .prose").last


def card(page: Page) -> Locator:
    """The proposal's card in the conversation."""
    return page.locator("article.prop").last


def proposal_on(page: Page) -> Proposal:
    """The row behind the last card of the conversation."""
    expect(card(page)).to_be_visible()
    return Proposal.objects.get(pk=int(card(page).get_attribute("id").removeprefix("card-")))


def open_in_inbox(visitor: Visitor, proposal: Proposal) -> Locator:
    """Open a proposal as the list shows it; returns its pane."""
    page = visitor.page
    if not page.url.endswith("/approvals/?tab=needs"):
        visitor.go("/approvals/?tab=needs")
    row(page, proposal).click()
    pane = page.get_by_role("region", name=proposal.number, exact=True)
    expect(pane).to_be_visible()
    expect(pane).to_contain_text("Unchanged since proposed")
    return pane


def row(page: Page, proposal: Proposal) -> Locator:
    """The proposal's row in the inbox."""
    return page.locator(f"#row-{proposal.pk}")


def walk_to(page: Page, proposal: Proposal) -> None:
    """Press J until the proposal's row has the focus."""
    for _ in range(page.locator(".row-cr").count()):
        page.keyboard.press("j")
        if row(page, proposal).evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"J never came to {proposal}")


def approve(pane: Locator) -> None:
    """Approve what the pane shows: once to ask, once to confirm."""
    pane.get_by_role("link", name="Approve").click()
    confirming(pane.page).click()


def confirming(page: Page) -> Locator:
    """The button that approves for good."""
    return page.locator(".act.confirm").get_by_role("button", name="Approve")


def reject(pane: Locator, reason: str) -> None:
    pane.get_by_role("link", name="Reject").click()
    pane.page.get_by_label("Why not?").fill(reason)
    pane.page.get_by_role("button", name="Reject").click()


def status_of(pane: Locator) -> Locator:
    """The status word at the top of a proposal's pane."""
    return pane.locator(".dp-t .st:not(:has-text('Plan,'))")


def check_log(proposal: Proposal) -> None:
    """The log tells every state that the proposal went through, and its chain is whole."""
    proposal.refresh_from_db()
    witness.check_log(proposal)
