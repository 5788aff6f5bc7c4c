"""Names that amounts are filed under."""

from connectors.bill.judgements.records import RecordKind, judges

JUDGES = judges(
    RecordKind("accounting_class", "accounting_classes"),
    RecordKind("department"),
    RecordKind("job"),
    RecordKind("location"),
    RecordKind("employee", names=("firstName", "lastName")),
    RecordKind("item"),
    RecordKind("chart_of_account", words="account", several="accounts"),
)
