"""The scripted model: rules instead of a language model, behind an OpenAI-compatible endpoint.

A request's messages and tools are all it sees. Nothing is kept between requests: every answer is found by
replaying the conversation through the skills (replay.py).
"""
