"""What goes wrong at the command line is one Chinese line and an exit status, never a traceback."""

import errno
import os
import re
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer

from app.cli import cli
from app.commands.faults import told_of


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00\xff")


def told(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, str]:
    """Return the status of a command line and what stands on stderr."""
    status = told_of(lambda: cli(line, standalone_mode=False))
    return status, capsys.readouterr().err.strip()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nope", "没有命令 nope"),
        ("kb nope", "没有命令 nope"),
        ("ticket", "缺少 file"),
        ("referrals drop", "缺少 receiver：political_legal, discipline_inspection, judicial"),
        ("batch nofile out", "source：没有文件或目录 nofile"),
        ("batch bytes out --workers 0", "--workers 不能小于 1"),
        ("batch bytes out --workers x", "--workers 应为整数"),
        ("batch bytes out --engine x", "--engine 应为 'embedded'、'llm'、'offline' 之一"),
        ("batch bytes out --nope", "没有选项 --nope"),
        ("batch bytes out more", "多出 more"),
        ("batch bytes out --engine", "选项 --engine 没有给出值"),
        ("analytics replay --from x --to 2026-01-01", "--from 应为日期，如 2026-11-25"),
        ("referrals verify judicial bytes --secret-file bytes", "folder：bytes 是文件，不是目录"),
        ("referrals verify judicial folder --secret-file folder", "--secret-file：folder 是目录，不是文件"),
        ("keys create x", "须给出 --scope 或 --role"),
        ("kb usage --days 99999999999", "--days 不能大于 3650"),
        ("kb gaps --days 0", "--days 不能小于 1"),
        ("serve --port 99999", "--port 不能大于 65535"),
    ],
)
def test_a_wrong_command_line_is_told_in_chinese(line: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, *line.split()) == (2, said)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("analytics replay --from 2026-11-10 --to 2026-11-01", "to 不能早于 from"),
        ("analytics replay --from 0001-01-01 --to 9999-12-31", "from 应在 2000 年至 2100 年之间"),
        ("referrals verify judicial folder --secret-file bytes", "bytes 不是存有密文的文件"),
    ],
)
def test_what_a_command_cannot_use_is_told_in_one_line(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, told_ = told(capsys, *line.split())
    assert (status, told_.startswith(said), told_.count("\n")) == (1, True, 0)


@pytest.mark.parametrize("line", [(), ("kb",)])
def test_a_group_alone_shows_its_help(line: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    status = told_of(lambda: cli(line, standalone_mode=False))
    shown = capsys.readouterr()
    assert (status, shown.err) == (2, "")
    assert "Usage" in shown.out


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CHAT", "x", "设置有误：CHAT 不是合法的 JSON"),
        ("DATABASE__URL", "mysql://host/db", "DATABASE__URL 应为"),
        ("DATABASE__URL", "postgresql+psycopg://h:geheim@127.0.0.1:1/h", "连不上"),
        ("KNOWLEDGE_DIR", "nope", "没有知识库目录 nope"),
        ("WEIGHTS_DIR", "nope", "模型不能加载"),
        ("DATA_DIR", "bytes", "不能读写 bytes：已经存在，不是目录"),
    ],
)
def test_a_service_that_cannot_start_says_why_in_one_line(
    name: str, value: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    status, line = told(capsys, "serve", "--port", str(free_port()))
    assert (status, line.count("\n")) == (1, 0)
    assert said in line
    assert not re.search("Traceback|geheim", line)


def test_an_address_that_is_taken_is_named_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = f"不能在 127.0.0.1 端口 {port} 提供服务：地址和端口已被占用"
        assert told(capsys, "serve", "--port", str(port)) == (1, said)
    assert not (tmp_path / "var").exists()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def test_a_full_disk_is_named_even_where_the_system_names_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    def writes() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert told_of(writes) == 1
    assert capsys.readouterr().err == "不能读写：磁盘已满\n"


def test_what_nobody_expects_is_raised() -> None:
    def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        told_of(fails)


def test_who_breaks_off_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    def breaks_off() -> None:
        raise typer.Abort

    assert told_of(breaks_off) == 1
    assert capsys.readouterr().err == "已中断\n"
