"""Files that belong to bills, customers, vendors and invoices: taken at once, shown once they are ready."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists
from connectors.sandbox.bill.errors import invalid, refusal, v3_time
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.bill.papers import bill_paper
from connectors.sandbox.bill.ways import Way, existing
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome, Work

LARGEST = 6_000_000  # bytes
WITH_PAPER = 90  # about
OWNERS = {"customers": "customer", "vendors": "vendor", "invoices": "invoice"}


def seed(books: Books, _chance: Random, _customers: int) -> None:
    """Two of three of the newest bills came with a paper."""
    for turn, bill in enumerate(books.find("bill", limit=WITH_PAPER)):
        vendor = books.get("vendor", bill["vendorId"])
        if turn % 3 == 2 or vendor is None:
            continue
        name = f"{bill['invoice']['invoiceNumber']}.pdf"
        _keep(books, name, "bill", bill["id"], b64encode(bill_paper(bill, vendor)).decode())


def uploading(owner_kind: str) -> Work:
    def upload(books: Books, call: Call) -> Outcome:
        owner, name = existing(books, owner_kind, call.parts["id"]), call.parameter("name")
        problems = [] if name else ["name: must not be null"]
        if not 1 <= len(call.content) <= LARGEST:
            problems.append(f"file: size must be between 1 and {LARGEST}")
        if problems:
            raise invalid(*problems)
        key = new_id(books, "upload")
        kept = {"id": key, "documentId": "", "name": name, "ownerKind": owner_kind, "ownerId": owner["id"]}
        kept |= {"status": "IN_PROGRESS", "content": b64encode(call.content).decode()}
        books.put("upload", key, kept, owner=owner["id"])
        ready = books.now + timedelta(seconds=books.setting("bill_document_ready_s"))
        books.later("finish_upload", ready, {"id": key})
        return Outcome(JSONResponse({"id": key}), record=key)

    return upload


def finish(books: Books, planned: Mapping[str, Any]) -> None:
    """The file gets its final id and shows from now on."""
    upload = existing(books, "upload", planned["id"])
    key = _keep(books, upload["name"], upload["ownerKind"], upload["ownerId"], upload["content"])
    books.put("upload", upload["id"], upload | {"status": "UPLOADED", "documentId": key, "content": ""})


def _keep(books: Books, name: str, owner_kind: str, owner_id: str, content: str) -> str:
    key = new_id(books, "document")
    link = f"/connect/v3/documents/{key}/content"
    document = {"id": key, "archived": False, "name": name, "createdTime": v3_time(books.now)}
    document |= {"updatedTime": v3_time(books.now), "downloadLink": link, "ownerKind": owner_kind}
    books.put("document", key, document | {"content": content}, owner=owner_id)
    return key


def listing(owner_kind: str) -> Work:
    def list_files(books: Books, call: Call) -> Response:
        owner = existing(books, owner_kind, call.parts["id"])
        query = dict(parse_qsl(call.query))
        rows, tokens = lists.page(books, "document", query, owner=owner["id"], known=lists.ALWAYS)
        return JSONResponse({**tokens, "results": [_shown(call, row) for row in rows]})

    return list_files


def get_document(books: Books, call: Call) -> Response:
    return JSONResponse(_shown(call, _of(books, call.parts["id"], "bill")))


def get_attachment(books: Books, call: Call) -> Response:
    return JSONResponse(_shown(call, _of(books, call.parts["id"], *OWNERS.values())))


def delete_attachment(books: Books, call: Call) -> Outcome:
    document = _of(books, call.parts["id"], *OWNERS.values())
    books.remove("document", document["id"])
    return Outcome(JSONResponse({"status": "DELETED"}), record=document["id"])


def statuses(books: Books, call: Call) -> Response:
    keys = [key for key in (call.parameter("ids") or "").split(",") if key]
    if not keys:
        raise invalid("ids: must not be null")
    uploads = [existing(books, "upload", key) for key in keys]
    return JSONResponse(
        [
            {"uploadId": one["id"], "status": one["status"]}
            | ({"documentId": one["documentId"]} if one["documentId"] else {})
            for one in uploads
        ]
    )


def content(books: Books, call: Call) -> Response:
    document = existing(books, "document", call.parts["id"])
    return Response(b64decode(document["content"]), media_type="application/octet-stream")


def _of(books: Books, key: str, *owners: str) -> dict[str, Any]:
    document = existing(books, "document", key)
    if document["ownerKind"] not in owners:
        raise refusal(404, "BDC_1205", key)
    return document


def _shown(call: Call, document: dict[str, Any]) -> dict[str, Any]:
    shown = {name: document[name] for name in ("id", "name", "createdTime")}
    return shown | {"downloadLink": call.base + document["downloadLink"]}


WAYS = (
    Way("GET", "/documents/upload-status", "list_document_upload_statuses", statuses),
    Way("GET", "/documents/bills/{id}", "list_bill_documents", listing("bill")),
    Way("POST", "/documents/bills/{id}", "upload_bill_document", uploading("bill")),
    Way("GET", "/documents/{id}", "get_document", get_document),
    Way("GET", "/documents/{id}/content", "download_document", content),
    *(
        way
        for path, kind in OWNERS.items()
        for way in (
            Way("GET", f"/attachments/{path}/{{id}}", f"list_{kind}_attachments", listing(kind)),
            Way("POST", f"/attachments/{path}/{{id}}", f"upload_{kind}_attachment", uploading(kind)),
        )
    ),
    Way("GET", "/attachments/{id}", "get_attachment", get_attachment),
    Way("DELETE", "/attachments/{id}", "delete_attachment", delete_attachment),
)
