#!/usr/bin/env python3
"""The journeys of the Windows program on Wine. Called by scripts/run-on-windows, which builds what they need.

    run.py WINE EXE PREFIX FOLDER [JOURNEY...]     FOLDER receives what the journeys leave, pictures of the window among it
"""

import os
import shutil
import sys
import time
import traceback
from pathlib import Path

import command_line
import print_queues
import window
from places import Fault, PrintServer, Program, Screen

JOURNEYS = [*command_line.JOURNEYS, *print_queues.JOURNEYS, *window.JOURNEYS]


class Desk:
    """What every journey is given."""

    def __init__(self, program, screen, server, folder):
        self.program, self.screen, self.server, self.folder = program, screen, server, folder

    def scratch(self, name):
        """An empty folder for one journey."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def main():
    wine, exe, prefix, folder, *wanted = sys.argv[1:]
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    with Screen() as screen, PrintServer(folder / "cups") as server:
        environment = dict(os.environ, DISPLAY=screen.display, CUPS_SERVER=server.address, WINEPREFIX=prefix)
        # Wine's own remarks would stand between what the program says.
        environment.update(WINEDEBUG="-all", LIBGL_ALWAYS_SOFTWARE="1", LANG="C.UTF-8")
        desk = Desk(Program([wine], exe, environment), screen, server, folder)
        for journey in JOURNEYS:
            name = journey.__name__.replace("_", " ")
            if wanted and not any(word in name for word in wanted):
                continue
            begun = time.monotonic()
            try:
                said = journey(desk)
            except Fault as fault:
                failed += 1
                print(f"FAILED  {name}: {fault}", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED  {name}:\n{traceback.format_exc()}", flush=True)
            else:
                print(f"ok      {name} ({time.monotonic() - begun:.1f} s){': ' + said if said else ''}", flush=True)
    print("every journey ended as it should" if failed == 0 else f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
