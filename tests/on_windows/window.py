"""The window, in training, on a screen: first frame, sign-in and an issue by keys alone, pictures of all of it."""

import subprocess
import time

from command_line import HOLDERS, PASSCODE, READER
from places import LIMIT, expect, windows_path

NAME = "Cardwright"


class Window:
    """The program's window on the screen of the desk."""

    def __init__(self, desk, folder, *words):
        self.screen, self.folder, self.number, self.last = desk.screen, folder, 0, b""
        begun = time.monotonic()
        self.process = desk.program.start(*words)
        self.screen.hands("search", "--sync", "--onlyvisible", "--name", NAME)
        self.first_frame = time.monotonic() - begun
        # No window manager hands out the keyboard here.
        self.screen.hands("search", "--sync", "--onlyvisible", "--name", NAME, "windowfocus", "--sync")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def settled(self, name):
        """Waits until the screen shows something new and has stopped changing; keeps a picture of it. Nobody tells of what is
        drawn, so it is looked at."""
        deadline, before = time.monotonic() + LIMIT, None
        while True:
            now = self.screen.pixels()
            if now == before and now != self.last:
                break
            expect(time.monotonic() < deadline, f"after {LIMIT} s the window has not shown: {name}")
            before = now
            time.sleep(0.4)
        self.last = now
        self.number += 1
        self.screen.picture(self.folder / f"{self.number}-{name}.png")

    def keys(self, *keys):
        self.screen.hands("key", "--delay", "60", *keys)

    def type(self, words):
        self.screen.hands("type", "--delay", "60", words)

    def close(self):
        self.keys("alt+F4")
        expect(self.process.wait(LIMIT) == 0, self.process.stderr.read().decode())


def a_card_is_issued_and_printed_in_the_window_by_keys_alone(desk):
    folder = desk.scratch("window")
    data = windows_path(folder / "data")
    with Window(desk, folder, "--data", data) as window:
        window.settled("sign-in")
        # The first officer's tile has the keyboard.
        window.keys("Return")
        window.settled("signed-in")
        window.keys("ctrl+f")
        window.type(HOLDERS[0])
        window.settled("found")
        window.keys("Return")
        window.settled("holder")
        window.keys("ctrl+Return")
        window.settled("issue")
        window.close()
    return f"the window stood after {window.first_frame:.1f} s"


JOURNEYS = [a_card_is_issued_and_printed_in_the_window_by_keys_alone]
