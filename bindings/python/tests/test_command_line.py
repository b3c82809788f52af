from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import MAILBOX, TOKEN, Emulator


def command(emulator: Emulator, *arguments: str, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    name, *rest = arguments
    line = [sys.executable, "-m", "graph_message", name, "--base-url", emulator.base_url, *rest]
    return subprocess.run(line, input=token, capture_output=True, text=True, timeout=60)


def test_send(emulator: Emulator, tmp_path: Path) -> None:
    sent = command(emulator, "send", emulator.draft()["id"], token=TOKEN + "\n")
    assert (sent.returncode, sent.stderr) == (0, "")
    assert sent.stdout.startswith("sent (accepted) request-id ")
    file = tmp_path / "token"
    file.write_text(TOKEN)
    sent = command(emulator, "send", "--user", MAILBOX, "--token-file", str(file), emulator.draft()["id"], token="no")
    assert sent.returncode == 0
    assert len(emulator.mails()) == 2


@pytest.mark.parametrize(
    ("fault", "token", "code"),
    [
        ("403", TOKEN, os.EX_NOPERM),
        ("404", TOKEN, os.EX_NOINPUT),
        ("413", TOKEN, os.EX_DATAERR),
        ("accept-then-504", "send-only-token", os.EX_PROTOCOL),
        (None, "expired-token", os.EX_NOPERM),
        (None, "", os.EX_USAGE),
    ],
)
def test_exit_codes(fault: str, token: str, code: int, emulator: Emulator) -> None:
    if fault is not None:
        emulator.fault(do=fault)
    ended = command(emulator, "send", emulator.draft()["id"], token=token)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert len(ended.stderr.splitlines()) == 1
    assert not token or token not in ended.stderr


def test_usage(emulator: Emulator) -> None:
    for arguments in [("send",), ("send", "x", "y"), ("send", "--timeout", "soon", "x"), ("sent", "x")]:
        wrong = command(emulator, *arguments)
        assert (wrong.returncode, wrong.stdout) == (os.EX_USAGE, "")
        assert wrong.stderr.startswith("usage: python -m graph_message")
    assert command(emulator, "send", "--token-file", "/nowhere", "x").returncode == os.EX_NOINPUT
    assert "exit codes" in command(emulator, "send", "--help").stdout


@pytest.mark.parametrize("output", [">/dev/full", "| true", ">&-", "2>/dev/full"])
def test_an_output_that_nobody_reads_changes_no_exit_code(output: str, emulator: Emulator) -> None:
    line = f'"{sys.executable}" -m graph_message send --base-url {emulator.base_url} "$1" {output}; exit ${{PIPESTATUS[0]}}'
    for id, code in [(emulator.draft()["id"], 0), ("gone", os.EX_DATAERR)]:
        ended = subprocess.run(["bash", "-c", line, "-", id], input=TOKEN, capture_output=True, text=True, timeout=60)
        assert ended.returncode == code, ended
        assert "Traceback" not in ended.stderr and "Exception" not in ended.stderr
    assert len(emulator.mails()) == 1


def test_standard_input_that_is_closed(emulator: Emulator) -> None:
    line = f'"{sys.executable}" -m graph_message send --base-url {emulator.base_url} x <&-'
    ended = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60)
    assert ended.returncode == os.EX_NOINPUT
    assert len(ended.stderr.splitlines()) == 1 and "--token-file" in ended.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_call(number: signal.Signals, code: int, emulator: Emulator) -> None:
    emulator.fault(do="hang")
    line = [sys.executable, "-m", "graph_message", "send", "--base-url", emulator.base_url, emulator.draft()["id"]]
    running = subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdin is not None
    running.stdin.write(TOKEN)
    running.stdin.close()
    running.stdin = None
    time.sleep(1.5)
    running.send_signal(number)
    _, said = running.communicate(timeout=5)
    assert running.returncode == code
    assert "may have been sent" in said and "Traceback" not in said
