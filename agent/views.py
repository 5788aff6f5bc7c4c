"""The chat's pages. What is finished comes from here as HTML; what is being said comes by the socket."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agent import cards, turns
from agent.models import Conversation
from agent.queries import (
    conversation_groups,
    example_questions,
    proposals_of,
    readable_conversation,
    records_used,
    thread_of,
)
from agent.rendering import clean


@require_GET
def chat_list(request: HttpRequest) -> HttpResponse:
    """All conversations, and a composer that starts a new one."""
    return render(request, "agent/chat_list.html", _shell(request) | {"examples": example_questions()})


@require_POST
def new_chat(request: HttpRequest) -> HttpResponse:
    """Open a conversation; what was typed is said when its page connects."""
    draft = clean(request.POST.get("text", "")).strip()[: turns.LONGEST_SAID]
    conversation = Conversation.objects.create(owner=request.user, draft=draft)
    return redirect(conversation)


@require_http_methods(["GET", "HEAD"])
def chat(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    turns.note_lost_lease(readable_conversation(request.user, conversation_id).pk)
    # The number is read before the messages: an event in between is sent again, and shows the same.
    conversation = readable_conversation(request.user, conversation_id)
    messages = thread_of(conversation)
    proposals = proposals_of(conversation.pk)
    known = {str(proposal.pk): proposal for proposal in proposals}
    context = _shell(request) | {
        "conversation": conversation,
        "is_own": conversation.owner_id == request.user.pk,
        "blocks": [cards.message_context(message, known) for message in messages],
        "proposals": proposals,
        "records": records_used(messages),
        "examples": [] if messages else example_questions(),
    }
    return render(request, "agent/chat.html", context)


@require_GET
def rail(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    conversation = readable_conversation(request.user, conversation_id)
    proposals = proposals_of(conversation.pk)
    context = {
        "conversation": conversation,
        "proposals": proposals,
        "records": records_used(thread_of(conversation)),
        "person": request.user,
    }
    return render(request, "agent/_rail.html", context)


@require_GET
def conversations(request: HttpRequest) -> HttpResponse:
    current = request.GET.get("current", "")
    context = {"groups": conversation_groups(request.user), "current": current}
    return render(request, "agent/_conversations.html", context)


def _shell(request: HttpRequest) -> dict[str, Any]:
    return {
        "groups": conversation_groups(request.user),
        "person": request.user,
        "model_is_scripted": settings.MODEL_IS_SCRIPTED,
        "model_is_missing": not settings.MODEL_BASE_URL,
        "longest_said": turns.LONGEST_SAID,
    }
