"""The window, in training, on a screen: first frame, sign-in and a search by keys alone, and pictures of them."""

import time

from command_line import HOLDERS
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

    def shown(self, name, sees=lambda pixels: True):
        """Waits until the screen shows something new that is what is waited for and has stopped changing; keeps a picture of it.
        Nobody tells of what is drawn, so it is looked at."""
        deadline, before = time.monotonic() + LIMIT, None
        while True:
            now = self.screen.pixels()
            if now == before and now != self.last and sees(now):
                break
            expect(time.monotonic() < deadline, f"after {LIMIT} s the window has not shown: {name}")
            before = now
            time.sleep(0.3)
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


def has_the_ring(pixels):
    """Whether something has the keyboard: the ring around it is dark blue (0, 48, 135), on a band of training's yellow."""
    return pixels.count(bytes((0, 48, 135))) > 500 and pixels.count(bytes((255, 184, 28))) > 5000


def an_officer_signs_in_and_finds_a_holder_by_keys_alone(desk):
    folder = desk.scratch("window")
    data = folder / "data"
    with Window(desk, folder, "--data", windows_path(data)) as window:
        window.shown("sign-in", has_the_ring)
        # The first officer's tile has the keyboard.
        window.keys("Return")
        deadline = time.monotonic() + LIMIT
        # The window remembers who signed in last, for the next start.
        while not any("555" in file.read_text("utf-8") for file in data.glob("window.toml")):
            expect(time.monotonic() < deadline, "nobody is signed in")
            time.sleep(0.3)
        window.shown("signed-in")
        window.keys("ctrl+f")
        window.type(HOLDERS[0])
        window.shown("found")
        window.close()
    desk.program.run("--data", windows_path(data), "audit", "verify")
    return f"the window stood after {window.first_frame:.1f} s"


JOURNEYS = [an_officer_signs_in_and_finds_a_holder_by_keys_alone]
