"""What went wrong at the command line, told as one Chinese line, and the exit status."""

import errno
import re
import socket
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from typer import Abort
from typer.exceptions import TyperException

from app.domain.errors import HotlineError
from app.domain.value_faults import said_of
from models.base import ModelUnavailable

_TROUBLE = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EISDIR: "是目录，不是文件",
    errno.ENOTDIR: "不是目录",
    errno.EEXIST: "已经存在，不是目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "所在磁盘只读",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.ENAMETOOLONG: "名称过长",
    errno.EADDRINUSE: "地址和端口已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    socket.EAI_NONAME: "没有这个主机名",
}
_USAGE = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"Missing command\.", "缺少命令"),
        (r"No such command '(.*)'\.", "没有命令 {}"),
        (r"No such option: (\S+).*", "没有选项 {}"),
        (r"Missing \w+ '(.+)'\.", "缺少 {}"),
        (r"Missing \w+ '(.+)'\. Choose from: (.+)", "缺少 {}：{}"),
        (r"Got unexpected extra argument\(s\) \((.*)\)", "多出 {}"),
        (r"Option '(.+)' requires .*", "选项 {} 没有给出值"),
        (r"Option '(.+)' does not take a value\.", "选项 {} 不带值"),
        (r"Invalid value for '(.+?)': \w+ '(.*)' does not exist\.", "{}：没有文件或目录 {}"),
        (r"Invalid value for '(.+?)': \w+ '(.*)' is a file\.", "{}：{} 是文件，不是目录"),
        (r"Invalid value for '(.+?)': \w+ '(.*)' is a directory\.", "{}：{} 是目录，不是文件"),
        (r"Invalid value for '(.+?)': \w+ '(.*)' is not readable\.", "{}：没有读取 {} 的权限"),
        (r"Invalid value for '(.+?)': Value error, .* is not one of (.+)\.", "{} 应为 {} 之一"),
        (r"Invalid value for '(.+?)': Value error, .* does not match the formats .*", "{} 应为日期，如 2026-11-25"),
        (r"Invalid value: (.*)", "{}"),
    )
)
"""What the framework says of a wrong command line, and what we say."""


def told_of(command: Callable[[], Any]) -> int:
    """Run a command; return its exit status. What was to be expected is told in one line, all else is raised."""
    try:
        status = command()
    except (HotlineError, ModelUnavailable, BrokenExecutor, SettingsError, ValidationError, OSError) as error:
        said = fault_of(error)
        if said is None:
            raise
        return _told(said, 1)
    except Abort:
        return _told("已中断", 1)
    except TyperException as error:
        return _told(usage_fault(error), error.exit_code)
    return status if isinstance(status, int) else 0


def fault_of(error: Exception) -> str | None:
    """Return what is said of an expected error, None of any other."""
    match error:
        case HotlineError():
            return error.message_zh
        case ModelUnavailable():
            return f"模型不能加载：{error}"
        case BrokenExecutor():
            return "一个工作进程意外结束（多半是内存不足）；可减少 --workers，再次运行接着做"
        case SettingsError():
            return f"设置有误：{_unparsed(error)}"
        case ValidationError() if error.title.endswith("Settings"):
            return f"设置有误：{settings_fault(error)}"
        case OSError() if error.filename is not None or error.errno in _TROUBLE:
            return f"不能读写{'' if error.filename is None else f' {error.filename}'}：{trouble(error)}"
    return None


def trouble(error: OSError) -> str:
    """Return what the system would not do."""
    return _TROUBLE.get(error.errno or 0) or error.strerror or str(error)


def settings_fault(error: ValidationError) -> str:
    """Return what is wrong with the settings, each by its name in the environment."""
    return "；".join(
        str(one["ctx"]["error"])
        if one["type"] == "value_error"
        else f"{'__'.join(map(str, one['loc'])).upper()} {said_of(one)}"
        for one in error.errors()
    )


def usage_fault(error: TyperException) -> str:
    """Return what is wrong with a command line; nothing where the help was shown instead."""
    said = " ".join(error.format_message().split())
    if isinstance(cause := error.__cause__, ValidationError) and (first := cause.errors()[0])["type"] != "value_error":
        return f"{_named(said)} {said_of(first)}"
    for pattern, ours in _USAGE:
        if found := pattern.fullmatch(said):
            return ours.format(*(part.replace("', '", "'、'") for part in found.groups()))
    return said


def _named(said: str) -> str:
    found = re.match(r"Invalid value for '(.+?)'", said)
    return found[1] if found else "命令行"


def _unparsed(error: SettingsError) -> str:
    """Return which setting cannot be read: one that has parts stands as JSON, or each part by itself."""
    found = re.search(r'field "(\w+)"', str(error))
    name = found[1].upper() if found else "环境变量"
    return f"{name} 不是合法的 JSON；各项请分别设置，如 {name}__…"


def _told(said: str, status: int) -> int:
    if said:
        Console(stderr=True, markup=False, highlight=False, soft_wrap=True).print(said, style="red")
    return status
