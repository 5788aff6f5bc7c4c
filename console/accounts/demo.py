"""The demo's people sign in with one password that everybody may know: it opens a sandbox on one machine."""

from dataclasses import dataclass

PASSWORD = "countersign-demo"


@dataclass(frozen=True)
class DemoPerson:
    username: str
    full_name: str
    role: str


PEOPLE = (
    DemoPerson("dana", "Dana Whitfield", "Finance manager"),
    DemoPerson("luis", "Luis Ortiz", "Approver"),
    DemoPerson("priya", "Priya Raman", "Analyst"),
    DemoPerson("amara", "Amara Osei", "Auditor"),
    DemoPerson("tomas", "Tomás Ibarra", "Administrator"),
)
