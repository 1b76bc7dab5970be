"""The system calls that a program in a sandbox is refused, as a filter that the kernel runs (seccomp-BPF)."""

import errno
import platform
import struct
from collections.abc import Iterator
from typing import Final

_ALWAYS: Final[dict[str, tuple[int, int]]] = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "sethostname": (170, 161),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "quotactl": (179, 60),
}
"""Their numbers on x86_64 and aarch64: ways into the kernel or other processes that no tool needs."""
_NETWORK: Final[dict[str, tuple[int, int]]] = {
    "socket": (41, 198),
    "connect": (42, 203),
    "accept": (43, 202),
    "accept4": (288, 242),
    "bind": (49, 200),
    "listen": (50, 201),
}
"""Where no namespace keeps the network away; pairs of connected sockets stay."""
_SOCKETPAIR: Final = (53, 199)
_IOCTL: Final = (16, 29)
_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)
_NAMESPACES: Final = 0x7E020080
"""The flags of `clone` that make a namespace."""
_TYPE_INPUT: Final = 0x5412
"""The terminal request TIOCSTI, which types as if a person did."""
_DATAGRAM: Final = 2
_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENT = 0, 4, 16
_MACHINES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def is_known_machine() -> bool:
    """Whether there is a filter for this processor."""
    return platform.machine() in _MACHINES


def build(*, network: bool) -> bytes:
    """The filter; with `network` sockets are left to a namespace that leads nowhere."""
    column, architecture = _MACHINES[platform.machine()]
    refused = [numbers[column] for numbers in _ALWAYS.values()]
    if not network:
        refused += [numbers[column] for numbers in _NETWORK.values()]
    lines = [
        _line(_LOAD, _ARCHITECTURE),
        _line(_EQUAL, architecture, 1, 0),
        _line(_RETURN, _KILL),
        _line(_LOAD, _NUMBER),
    ]
    if column == 0:
        # The numbers of the x32 interface would walk around those below.
        lines += [_line(_AT_LEAST, 0x40000000, 0, 1), _line(_RETURN, _KILL)]
    for number in refused:
        lines += [_line(_EQUAL, number, 0, 1), _refuse(errno.EPERM)]
    # Its flags lie in memory, where no filter can look: without it programs use `clone`.
    lines += [_line(_EQUAL, _CLONE3[column], 0, 1), _refuse(errno.ENOSYS)]
    lines += _when(_CLONE[column], 0, [_line(_ANY_BIT, _NAMESPACES, 0, 1)])
    lines += _when(_IOCTL[column], 1, [_line(_EQUAL, _TYPE_INPUT, 0, 1)])
    if not network:
        # A pair of datagram sockets can send to any address.
        lines += _when(_SOCKETPAIR[column], 1, [_line(_AND, 0xF), _line(_EQUAL, _DATAGRAM, 0, 1)])
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _when(number: int, argument: int, tests: list[bytes]) -> Iterator[bytes]:
    """Refuse a call by one of its arguments; the last test skips one line where it does not hold."""
    yield _line(_EQUAL, number, 0, len(tests) + 3)
    yield _line(_LOAD, _ARGUMENT + 8 * argument)
    yield from tests
    yield _refuse(errno.EPERM)
    yield _line(_RETURN, _ALLOW)


def _refuse(number: int) -> bytes:
    return _line(_RETURN, 0x00050000 | number)


def _line(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)
