import asyncio

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from console.ui import sockets
from console.ui.live import EVERYBODY


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """Forwards hints to one open page. Carries no data: what the page may see, it asks for over HTTP."""

    groups = [EVERYBODY]
    watching: asyncio.Task | None = None

    async def connect(self) -> None:
        if not self.scope["user"].is_authenticated:
            await self.close(code=sockets.SIGNED_OUT)
            return
        await self.accept()
        self.watching = asyncio.create_task(sockets.watch(self.is_welcome))

    async def disconnect(self, code: int) -> None:
        if self.watching is not None:
            self.watching.cancel()

    async def is_welcome(self) -> bool:
        """Closes the socket of somebody who signed out or was switched off."""
        if await sockets.person_now(self.scope["session"]) is not None:
            return True
        await self.close(code=sockets.SIGNED_OUT)
        return False

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Pages have nothing to say here; what they send is dropped unread."""

    async def live_hint(self, event: dict) -> None:
        await self.send_json({"target": event["target"]})
