from django.urls import path

from agent import views

app_name = "agent"
urlpatterns = [
    path("", views.chat_list, name="chat-list"),
    path("new/", views.new_chat, name="new"),
    path("conversations/", views.conversations, name="conversations"),
    path("<uuid:conversation_id>/", views.chat, name="chat"),
    path("<uuid:conversation_id>/rail/", views.rail, name="rail"),
]
