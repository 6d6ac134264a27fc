"""A file is made apart from everybody: bounded in time, in number, and in what it may touch."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app import runtime
from app.papers import blocks, maker
from tests.house.environment import ROOT

PAPER = blocks.paper("Session 5", "en", [blocks.words("I write.")])


def program(tmp_path: Path, code: str) -> tuple[str, ...]:
    path = tmp_path / "press.py"
    path.write_text(code)
    return sys.executable, str(path)


def test_a_paper_becomes_a_file() -> None:
    assert maker.make("summary.pdf", PAPER).startswith(b"%PDF-")


def test_a_press_that_hangs_is_killed_and_the_answer_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = "import os, time, pathlib; pathlib.Path(__file__).with_name('pid').write_text(str(os.getpid()))\n"
    monkeypatch.setattr(maker, "PRESS", program(tmp_path, code + "time.sleep(600)"))
    monkeypatch.setattr(maker, "TIME_LIMIT", 0.5)
    with pytest.raises(maker.NotMade) as caught:
        maker.make("summary.pdf", PAPER)
    assert caught.value.sentence == "The file could not be made. Nothing is lost. Try again."
    pid = (tmp_path / "pid").read_text()
    assert not Path(f"/proc/{pid}").exists()


def test_what_a_press_complains_of_is_in_no_log_and_no_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(maker, "PRESS", program(tmp_path, "import sys; sys.exit(sys.stdin.read())"))
    with pytest.raises(maker.NotMade) as caught:
        maker.make("summary.pdf", blocks.paper("T", "en", [blocks.words("a secret of mine")]))
    assert "was not made: it ended with 1" in caplog.text
    assert "secret" not in caplog.text + caught.value.sentence + str(caught.value)


def test_two_at_once_are_made_and_a_third_is_asked_to_come_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The presses wait for a file of ours, so that three are there at one time."""
    code = (
        "import pathlib, time, sys\n"
        "here = pathlib.Path(__file__).parent\n"
        "(here / f'began-{time.monotonic_ns()}').touch()\n"
        "while not (here / 'go').exists(): time.sleep(0.005)\n"
        "print('made')\n"
    )
    monkeypatch.setattr(maker, "PRESS", program(tmp_path, code))
    monkeypatch.setattr(maker, "PATIENCE", 0.05)
    made: list[bytes] = []
    workers = [
        threading.Thread(target=lambda: made.append(maker.make("summary.pdf", PAPER)))
        for _ in range(maker.AT_ONCE)
    ]
    for worker in workers:
        worker.start()
    while len(list(tmp_path.glob("began-*"))) < maker.AT_ONCE:
        workers[0].join(0.01)
    with pytest.raises(maker.NotMade) as caught:
        maker.make("summary.pdf", PAPER)
    (tmp_path / "go").touch()
    for worker in workers:
        worker.join()
    assert made == [b"made\n", b"made\n"]
    assert caught.value.sentence.startswith("Other files are being made just now.")
    assert maker.make("summary.pdf", PAPER) == b"made\n"  # the places are free again


def test_a_press_is_given_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONCENTRIC_KEYS", "k1:a-secret")
    code = "import os, sys; sys.stdin.read(); print(sorted(os.environ))"
    monkeypatch.setattr(maker, "PRESS", program(tmp_path, code))
    assert b"CONCENTRIC" not in maker.make("summary.pdf", PAPER)


def test_a_press_can_leave_no_file(tmp_path: Path) -> None:
    try_it = (
        "import sys\n"
        "from app.papers import press\n"
        "press.confine()\n"
        "try:\n"
        "    with open(sys.argv[1], 'w') as file: file.write('x')\n"
        "    wrote = 'yes'\n"
        "except OSError:\n"
        "    wrote = 'no'\n"
        "print(wrote)"
    )
    made, failure = runtime.run_program(
        (sys.executable, "-c", try_it, str(tmp_path / "left")),
        b"",
        seconds=20,
        folder=ROOT,
        environment=maker.ENVIRONMENT,
    )
    assert (made, failure) == (b"no\n", "")


# In a process of its own, since nothing else is ever patched. A green thread answers while a press is slow;
# it counts its turns, so that the test says nothing about how fast this machine is.
SLOW = """
import json, sys
from app import runtime
runtime.patch()
import threading, time
from pathlib import Path
from app.papers import maker
maker.PRESS = (sys.executable, sys.argv[1])
turns, done = [0], []
def others():
    while not done:
        turns[0] += 1
        if turns[0] == 100:
            Path(sys.argv[1]).with_name("go").touch()
        time.sleep(0)
runtime.spawn(others)
made = maker.make("summary.pdf", {"title": "x" * 2_000_000})
done.append(True)
print(json.dumps({"turns": turns[0], "made": len(made)}))
"""


def test_everybody_else_is_served_while_a_file_is_made(tmp_path: Path) -> None:
    """The press waits for what another green thread does: were the hub held, nothing would come of it."""
    press = tmp_path / "press.py"
    press.write_text(
        "import pathlib, sys, time\n"
        "given = sys.stdin.read()\n"
        "while not pathlib.Path(__file__).with_name('go').exists(): time.sleep(0.005)\n"
        "print(given)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", SLOW, str(press)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["turns"] >= 100
    assert told["made"] > 2_000_000
