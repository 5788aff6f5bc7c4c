"""One ASGI application: pages and websockets, and on one machine the worker and the sandbox beside them."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

from agent.consumers import ChatConsumer
from agent.mcp.http import PATH as MCP_PATH
from agent.mcp.http import Door
from console.embedded import lifespan
from console.ui.bodies import SmallBodies
from console.ui.consumers import LiveConsumer
from console.ui.sockets import OwnPagesOnly
from console.ui.statics import with_static_files

sockets = [
    path("ws/live", LiveConsumer.as_asgi()),
    path("ws/chat/<uuid:conversation_id>", ChatConsumer.as_asgi()),
]


def with_mcp(app):
    """Outside clients have a door of their own: no session, no cookie, no form."""
    door = Door()

    async def route(scope, receive, send):
        is_for_it = scope["path"] == MCP_PATH or scope["path"].startswith(f"{MCP_PATH}/")
        await (door if is_for_it else app)(scope, receive, send)

    return route


countersign = ProtocolTypeRouter(
    {
        "http": with_mcp(with_static_files(SmallBodies(pages))),
        "websocket": OwnPagesOnly(AuthMiddlewareStack(URLRouter(sockets))),
        "lifespan": lifespan,
    }
)


def with_sandbox(app):
    """The demo's vendors and scripted model answer under /sandbox/, in this same server."""
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from agent.scripted.app import build_app as build_model
    from connectors.sandbox import build_app as build_vendors
    from connectors.sandbox.control import LoopbackOnly

    sandbox = Starlette(
        routes=[
            Mount("/model", app=LoopbackOnly(build_model())),
            Mount("/", app=build_vendors(settings.SANDBOX_STATE, settle_at_once=True)),
        ]
    )

    async def route(scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith("/sandbox/"):
            scope = dict(scope, root_path="/sandbox")
            await sandbox(scope, receive, send)
        else:
            await app(scope, receive, send)

    return route


application = with_sandbox(countersign) if settings.MOUNT_SANDBOX else countersign
