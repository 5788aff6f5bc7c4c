"""What the scripted model understands: the first skill that does takes the request."""

from agent.scripted.replay import Skill
from agent.scripted.skills.charges import charge_customer
from agent.scripted.skills.credits import give_credits
from agent.scripted.skills.lookups import (
    explain_failure,
    list_invoices,
    show_bills,
    show_customer,
    show_invoice,
    show_plan,
    show_vendors,
)
from agent.scripted.skills.new_customers import add_to_bill
from agent.scripted.skills.payments import mark_paid_offline, retry_payment, write_off
from agent.scripted.skills.plans import change_plan
from agent.scripted.skills.questions import customer_spend, receivables
from agent.scripted.skills.refunds import cancel_and_refund, cancel_subscription, refund_invoice
from agent.scripted.skills.smalltalk import (
    about_proposal,
    decide,
    hello,
    help_wanted,
    not_understood,
    thanks,
    who,
)

SKILLS: tuple[Skill, ...] = (
    thanks,
    hello,
    who,
    help_wanted,
    decide,
    about_proposal,
    explain_failure,
    add_to_bill,
    receivables,
    cancel_and_refund,
    change_plan,
    give_credits,
    retry_payment,
    write_off,
    mark_paid_offline,
    refund_invoice,
    cancel_subscription,
    charge_customer,
    customer_spend,
    show_bills,
    show_vendors,
    show_invoice,
    list_invoices,
    show_plan,
    show_customer,
)
FALLBACK = not_understood
__all__ = ["FALLBACK", "SKILLS"]
