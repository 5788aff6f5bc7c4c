from agent.mcp import calls
from console.celery import app


@app.task(name="agent.mcp.tasks.forget_old_calls")
def forget_old_calls() -> int:
    return calls.forget_old()
