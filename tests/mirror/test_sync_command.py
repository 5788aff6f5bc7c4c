import pytest
from django.core.management import CommandError, call_command

from console.mirror.models import Customer, Invoice, Sync
from console.mirror.sync import begin

pytestmark = pytest.mark.django_db


def test_everything_is_read_and_told(connected, capsys):
    call_command("sync")
    told = capsys.readouterr().out
    assert "Billsby, halden" in told
    assert f"  bills: {Sync.objects.get(kind='bill').done} so far" in told
    assert Customer.objects.filter(connection=connected["bill"]).exists()


def test_one_kind_of_one_connection_is_read(connected, capsys):
    call_command("sync", "--connection", "billsby-halden", "--kind", "invoice")
    (run,) = Sync.objects.all()
    assert (run.connection, run.kind) == (connected["billsby"], "invoice")
    assert f"{run.total} of {run.total}" in capsys.readouterr().out


def test_an_unknown_connection_is_answered_with_those_there_are(connected):
    with pytest.raises(CommandError, match="bill-halden-labs"):
        call_command("sync", "--connection", "nowhere")


def test_a_reading_that_fails_fails_the_command_and_the_rest_is_read(connected, sandbox, capsys):
    sandbox.fail_next(status=403, operation="billsby_list_products")
    with pytest.raises(SystemExit) as ended:
        call_command("sync", "--connection", "billsby-halden")
    assert ended.value.code == 1
    assert "did not accept our credentials" in capsys.readouterr().out
    assert Invoice.objects.exists()


def test_what_another_process_reads_is_said(connected, capsys):
    begin(connected["billsby"], "invoice")
    call_command("sync", "--connection", "billsby-halden", "--kind", "invoice")
    assert "another process is at it" in capsys.readouterr().out
