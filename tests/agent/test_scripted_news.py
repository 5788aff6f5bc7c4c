import pytest

from tests.agent.scripted_data import desk_for

REQUEST = "Alice Smith updated her card. Retry her failed payment."
FAILED = [
    "Proposal P-12 (Retry payment on X, $348.00) is now failed: Did not take effect: card declined",
    "Proposal P-12 (Retry payment on X (again), $348.00) is now failed: card declined.",
    "Proposal P-12 is now failed: the card was declined",
    "Proposal P-12 (Retry payment) is now failed: not executed, limit lasts until 14:05",
    "Proposal P-12 (Retry payment on 7KQ2M9XTRB-3, €1.00) is now failed.",
    "Proposal P-12 (Retry payment) is now failed: Billsby refused it",
]
REJECTED = [
    ("Proposal P-12 (Retry payment, $348.00) is now rejected: She pays by wire", "She pays by wire"),
    ("Proposal P-12 (Retry payment (2nd)) is now rejected: “already paid”", "already paid"),
    ("Proposal P-12 is now rejected: wrong customer", "wrong customer"),
    ("Proposal P-12 (Retry) is now rejected: Reason: too early", "too early"),
    ("Proposal P-12 (Retry) is now rejected: Rejected by Sam: ask\nher first", "ask her first"),
    ("Proposal P-12 (Retry) is now rejected.", "rejected"),
]
UNKNOWN = [
    "Proposal P-12 (Retry payment, $348.00) is now unknown: the vendor did not answer",
    "Proposal P-12 is now unknown: sent, no answer within 20 s",
    "Proposal P-12 (Retry) is now unknown.",
    "Proposal P-12 (Retry) is now unknown: connection reset",
    "Proposal P-12 (Retry (again)) is now unknown: HTTP 502",
    "Proposal P-12 (Retry) is now unknown: the answer could not be read",
]


def asked():
    desk = desk_for("Alice Smith")
    desk.say(REQUEST)
    desk.calls.clear()
    return desk


@pytest.mark.parametrize("news", FAILED)
def test_a_failed_proposal_is_told_and_not_tried_again(news):
    desk = asked()

    answer = desk.news(news)

    assert "P-12" in answer
    assert "did not take effect" in answer
    assert desk.calls == []


@pytest.mark.parametrize(
    "said",
    [
        "The retry failed",
        "It was declined again",
        "P-12 did not take effect",
        "that payment didn't work",
        "the card was declined again, the payment failed",
        "P-12 failed: card declined",
    ],
)
def test_a_failure_told_by_a_person_is_not_answered_with_another_try(said):
    desk = asked()

    assert "did not take effect" in desk.say(said)
    assert desk.calls == []


def test_a_failed_request_is_proposed_anew_only_when_the_person_asks():
    desk = asked()
    desk.news(FAILED[0])
    desk.say("ok thanks")

    desk.say("try again please")

    assert [name for name, _ in desk.writes()] == ["billsby_retry_invoice_payment"]


@pytest.mark.parametrize(("news", "reason"), REJECTED)
def test_a_rejection_is_told_with_its_reason(news, reason):
    desk = asked()

    answer = desk.news(news)

    assert "rejected" in answer
    assert reason in answer
    assert desk.calls == []


@pytest.mark.parametrize(
    "again",
    [
        REQUEST,
        "Retry Alice Smith's failed payment",
        "try again",
        "please propose it again",
        "retry her payment",
        "Alice Smith has a new card, collect her unpaid invoice",
    ],
)
def test_what_was_rejected_is_not_proposed_again_unchanged(again):
    desk = asked()
    desk.news(REJECTED[0][0])

    answer = desk.say(again)

    assert desk.writes() == []
    assert "She pays by wire" in answer
    assert "different" in answer


@pytest.mark.parametrize("news", UNKNOWN)
def test_an_unknown_outcome_is_told_as_unknown(news):
    desk = asked()

    answer = desk.news(news)

    assert "not known" in answer
    assert "Nothing will be sent twice" in answer
    assert "checking" in answer
    assert desk.calls == []


@pytest.mark.parametrize(
    ("status", "told"), [("succeeded", "took effect"), ("failed", "did not take effect")]
)
def test_an_unknown_outcome_that_becomes_known_is_told(status, told):
    desk = asked()
    desk.news(UNKNOWN[0])

    answer = desk.news(f"Proposal P-12 (Retry) is now {status}: found by reading")

    assert "known now" in answer
    assert told in answer


@pytest.mark.parametrize(
    "status", ["withdrawn", "expired", "stale", "partly done", "partly_done", "manual review", "superseded"]
)
def test_every_other_end_is_told(status):
    answer = asked().news(f"Proposal P-12 (Retry) is now {status}: because of this")

    assert "P-12 (Retry)" in answer
    assert "ecause of this" in answer


def test_two_pieces_of_news_are_both_told():
    answer = asked().news(
        "Proposal P-12 (A) is now succeeded: seen\nProposal P-13 (B) is now expired: nobody decided"
    )

    assert "P-12" in answer
    assert "P-13" in answer


@pytest.mark.parametrize(
    "said", ["did it go through?", "what is the status of P-12?", "Has P-12 been approved?"]
)
def test_the_fate_of_a_proposal_is_answered_from_what_was_told(said):
    desk = asked()

    assert "awaits approval" in desk.say(said)
    desk.news(FAILED[0])
    assert "card declined" in desk.say(said)


def test_news_that_came_before_a_message_are_told_with_its_answer():
    desk = asked()
    desk.messages.append({"role": "system", "content": FAILED[0]})

    answer = desk.say("What plan is Alice Smith on?")

    assert "did not take effect" in answer
    assert "Team" in answer


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("pending", "not decided yet"),
        ("approved", "approved"),
        ("executing", "being sent"),
        ("unknown", "unknown outcome"),
        ("manual_review", "a person must find out"),
    ],
)
def test_a_proposal_that_exists_already_is_pointed_at_as_it_stands(status, told):
    desk = desk_for("Alice Smith")
    desk.tools["billsby_retry_invoice_payment"] = {
        "proposal": "P-9",
        "status": status,
        "sentence": "Retry payment on 7KQ2M9XTRB-3, $348.00",
        "note": "P-9 asks for this already. It was not filed a second time; refer people to P-9.",
        "link": "/approvals/9/",
    }

    answer = desk.say(REQUEST)

    assert "already proposed as P-9" in answer
    assert told in answer
    assert len(desk.writes()) == 1
