from oauth2_provider.models import clear_expired

from agent.mcp import calls
from console.celery import app


@app.task(name="agent.mcp.tasks.forget_old_calls")
def forget_old_calls() -> int:
    return calls.forget_old()


@app.task(name="agent.mcp.tasks.forget_old_tokens")
def forget_old_tokens() -> None:
    """Codes and tokens of clients that signed in, once they can neither be used nor be used against us."""
    clear_expired()
