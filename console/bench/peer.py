"""The peer: dlt's rest_api source with merge. Runs in an environment of its own, without our packages.

`python peer.py VENDOR_URL DATABASE_URL FOLDER` prints {"name", "rows", "seconds", "peak_mib"}.
"""

import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit


def main(vendor_url: str, database_url: str, folder: str) -> None:
    os.environ.update(
        DLT_DATA_DIR=folder,
        RUNTIME__DLTHUB_TELEMETRY="false",
        RUNTIME__LOG_LEVEL="ERROR",
    )
    import dlt
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(
        {
            "client": {
                "base_url": f"{vendor_url}/api/v1/rest/core/bench/",
                "paginator": {
                    "type": "page_number",
                    "base_page": 1,
                    "page_param": "page",
                    "total_path": "pageCount",
                },
            },
            "resources": [
                {
                    "name": "invoices",
                    "primary_key": "invoiceNumber",
                    "write_disposition": "merge",
                    "endpoint": {
                        "path": "companies/invoices",
                        "params": {"pageSize": 100},
                        "data_selector": "results",
                    },
                }
            ],
        }
    )
    is_sqlite = database_url.startswith("sqlite")
    if not is_sqlite and not urlsplit(database_url).password:
        # It insists on a password, also where the server asks for none.
        database_url = database_url.replace("@", ":none@", 1)
    kind = dlt.destinations.sqlalchemy if is_sqlite else dlt.destinations.postgres
    started = time.perf_counter()
    pipeline = dlt.pipeline(
        "bench", destination=kind(database_url), dataset_name="peer", pipelines_dir=folder
    )
    pipeline.run(source)
    seconds = time.perf_counter() - started
    with pipeline.sql_client() as client:
        rows = client.execute_sql("SELECT count(*) FROM invoices")[0][0]
    print(json.dumps({"name": "peer", "rows": rows, "seconds": seconds, "peak_mib": peak_mib()}))


def peak_mib() -> int | None:
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
