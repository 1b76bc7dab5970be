"""A process that works on a board beside others; `test_processes.py` starts several at once.

It says `ready`, waits for a line, does its work, and prints what it did as one line of JSON (the
`batches` action prints a line after each acknowledged batch, until it is killed).
"""

import json
import sys
from pathlib import Path

from vesper.errors import VesperError
from vesper.tasks.board import Board
from vesper.tasks.task import Draft


def claim(board: Board, name: str) -> list[int]:
    """Claim and complete until nothing is left; what was claimed, in its order."""
    claimed: list[int] = []
    while True:
        try:
            task = board.claim(actor=name)
        except VesperError as error:
            if error.kind != "not_found":
                raise
            return claimed
        board.complete(task.id, actor=name, summary=f"by {name}")
        claimed.append(task.id)


def claim_one(board: Board, name: str) -> list[str]:
    """Try to claim task 1: the name of who has it."""
    try:
        return [board.claim(actor=name, task_id=1).assignee]
    except VesperError as error:
        return [error.kind, error.message]


def create(board: Board, name: str) -> list[int]:
    """Create 25 tasks one by one."""
    return [board.create(f"{name} {number}", actor=name).id for number in range(25)]


def batches(board: Board, name: str) -> list[int]:
    """Create batches of 40 tasks for ever."""
    while True:
        made = board.create_many([Draft(f"{name} {number}") for number in range(40)], actor=name)
        print(json.dumps([task.id for task in made]), flush=True)


ACTIONS = {"claim": claim, "claim_one": claim_one, "create": create, "batches": batches}


def main() -> None:
    root, action, name = sys.argv[1:]
    board = Board(Path(root), wait=30)
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(ACTIONS[action](board, name)), flush=True)
    board.close()


if __name__ == "__main__":
    main()
