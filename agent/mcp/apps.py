from django.apps import AppConfig


class McpConfig(AppConfig):
    name = "agent.mcp"
    label = "mcp"
