"""What was acknowledged survives a kill at any moment."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from eval.bench.kill_trials import run
from tests.conftest import KEY
from tests.factories import call

TRIALS = 3


def post(port: int, payload: dict[str, object]) -> dict[str, object]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/transcripts",
        data=json.dumps(payload).encode(),
        headers={"X-API-Key": KEY, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        result: dict[str, object] = json.load(answer)
        return result


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DATA_DIR": str(folder), "AUTH__BOOTSTRAP_KEY": KEY}
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError("the service did not start")


@pytest.mark.slow
def test_no_acknowledged_call_is_lost_by_kill(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    acknowledged: dict[str, object] = {}
    for trial in range(TRIALS):
        process = start(tmp_path, port)
        for i in range(5 + 7 * trial):
            call_id = f"k-{trial}-{i}"
            acknowledged[call_id] = post(port, call("您好", f"光明路{i}号路灯坏了，希望修", call_id=call_id))["tickets"]
        process.send_signal(signal.SIGKILL)
        process.wait()
    process = start(tmp_path, port)
    try:
        for call_id, tickets in acknowledged.items():
            trial, i = call_id.split("-")[1:]
            again = post(port, call("您好", f"光明路{i}号路灯坏了，希望修", call_id=f"k-{trial}-{i}"))
            assert again["tickets"] == tickets
    finally:
        process.terminate()
        process.wait()


@pytest.mark.slow
def test_trials_under_load_lose_and_double_nothing(tmp_path: Path, database_url: str) -> None:
    outcome = run(8, tmp_path, url=database_url)
    assert (outcome.lost, outcome.doubled, outcome.faults) == ([], [], [])
    assert outcome.killed_at_work == 8
    assert outcome.acknowledged > 8
