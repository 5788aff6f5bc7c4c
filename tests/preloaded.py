"""What processes of ours import that never looks at the settings. It is imported once, then forked."""

# ruff: noqa: F401

import celery.app.base
import celery.apps.beat
import celery.apps.worker
import celery.backends.redis
import celery.bin.celery
import celery.concurrency.thread
import celery.fixups.django
import channels.auth
import channels.db
import channels_redis.pubsub
import cryptography.hazmat.primitives.asymmetric.ed25519
import csp.middleware
import django.contrib.messages.middleware
import django.core.handlers.asgi
import django.core.management
import django.db.backends.postgresql.base
import django.db.backends.sqlite3.base
import django.db.migrations.autodetector
import django.db.migrations.executor
import django.forms
import django.shortcuts
import django.template.defaulttags
import django.views.generic
import django_htmx.middleware
import environ
import jwcrypto.jwt
import kombu.transport.redis
import markdown_it
import mcp.server.mcpserver
import mcp.server.streamable_http_manager
import nh3
import oauthlib.oauth2
import openai
import psycopg_pool
import requests
import servestatic
import uvicorn.lifespan.on
import uvicorn.main
import uvicorn.protocols.http.httptools_impl
import uvloop

import connectors.bill.mapping
import connectors.billsby.mapping
import connectors.judgements
import connectors.sandbox.client
