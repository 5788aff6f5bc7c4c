from channels.generic.websocket import AsyncJsonWebsocketConsumer

from console.ui.live import EVERYBODY


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """Forwards hints to one open page. Carries no data: what the page may see, it asks for over HTTP."""

    groups = [EVERYBODY]

    async def connect(self) -> None:
        if not self.scope["user"].is_authenticated:
            await self.close(code=4401)
            return
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Pages have nothing to say here; what they send is dropped unread."""

    async def live_hint(self, event: dict) -> None:
        await self.send_json({"target": event["target"]})
