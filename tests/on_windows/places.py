"""The parts that a run on Wine stands on: the program, a screen, a print server and a printer's line. Each ends with its `with`."""

import hashlib
import json
import os
import queue
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

# Longest wait for anything, also on a machine that is busy, in seconds.
LIMIT = 180


class Fault(Exception):
    """Something is not as it should be."""


def expect(truth, words):
    if not truth:
        raise Fault(words)


def windows_path(path):
    """A path of this system as Wine's drive Z has it."""
    return "Z:" + str(path).replace("/", "\\")


class Ended:
    """A command that ended."""

    def __init__(self, words, code, out, err):
        self.words, self.code = words, code
        # The program writes UTF-8 on every system; anything else is a fault here.
        self.out, self.err = out.decode("utf-8"), err.decode("utf-8")

    def document(self):
        return json.loads(self.out)

    def __str__(self):
        return f"{' '.join(self.words)} ended with {self.code}\n{self.out}{self.err}"


class Program:
    """The Windows program, in a prefix of its own."""

    def __init__(self, wine, exe, environment):
        self.wine, self.exe, self.environment = wine, str(exe), environment

    def start(self, *words, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(
            [*self.wine, self.exe, *map(str, words)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )

    def run(self, *words, typed=None, codes=(0,)):
        """Runs a command; it must end with one of these codes."""
        process = self.start(*words, stdin=subprocess.PIPE)
        try:
            out, err = process.communicate((typed or "").encode(), timeout=LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Fault(f"{' '.join(map(str, words))} did not end within {LIMIT} s") from None
        ended = Ended([str(word) for word in words], process.returncode, out, err)
        expect(ended.code in codes, str(ended))
        return ended


class Screen:
    """An X server without a screen, and hands on it."""

    def __enter__(self):
        reading, writing = os.pipe()
        words = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]
        self.process = subprocess.Popen(words, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as told:
            self.display = ":" + told.readline().strip()
        expect(self.display != ":", "Xvfb did not start")
        return self

    def __exit__(self, *_):
        end(self.process)

    def hands(self, *words):
        environment = dict(os.environ, DISPLAY=self.display)
        done = subprocess.run(["xdotool", *words], env=environment, capture_output=True, timeout=LIMIT, text=True)
        expect(done.returncode == 0, f"xdotool {' '.join(words)}: {done.stderr}")
        return done.stdout.strip()

    def picture(self, file):
        """Keeps a picture of the whole screen."""
        file.write_bytes(self.seen("png"))

    def pixels(self):
        return self.seen("ppm")

    def seen(self, kind):
        environment = dict(os.environ, DISPLAY=self.display)
        return subprocess.run(
            ["import", "-window", "root", "-depth", "8", f"{kind}:-"], env=environment, check=True, capture_output=True, timeout=LIMIT
        ).stdout


class PrintServer:
    """A CUPS of its own on a free port of the loopback address; Wine's spooler has its queues as Windows queues."""

    def __init__(self, folder):
        self.root = Path(folder)

    def __enter__(self):
        shutil.rmtree(self.root, ignore_errors=True)
        for part in ["cache", "state", "spool", "temporary"]:
            (self.root / part).mkdir(parents=True)
        # Its filters run as another account.
        self.root.chmod(0o755)
        (self.root / "temporary").chmod(0o1777)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        root, rules = self.root, "Order allow,deny\nAllow all\n"
        (root / "cups-files.conf").write_text(
            f"FileDevice Yes\nServerRoot {root}\nCacheDir {root}/cache\nStateDir {root}/state\nRequestRoot {root}/spool\n"
            f"TempDir {root}/temporary\nAccessLog {root}/access\nErrorLog {root}/errors\nPageLog {root}/pages\n"
            "ServerBin /usr/lib/cups\nDataDir /usr/share/cups\n"
        )
        (root / "cupsd.conf").write_text(
            f"Listen {self.address}\nBrowsing No\nWebInterface No\nLogLevel info\n<Location />\n{rules}</Location>\n"
            f"<Location /admin>\n{rules}</Location>\n<Policy default>\nJobPrivateAccess all\nJobPrivateValues none\n"
            f"SubscriptionPrivateAccess all\nSubscriptionPrivateValues none\n<Limit All>\n{rules}</Limit>\n</Policy>\n"
        )
        words = ["/usr/sbin/cupsd", "-f", "-c", root / "cupsd.conf", "-s", root / "cups-files.conf"]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + LIMIT
        # It tells nobody when it is ready but those who try.
        while subprocess.run(["lpstat", "-h", self.address, "-r"], capture_output=True).stdout.find(b"is running") < 0:
            expect(self.process.poll() is None and time.monotonic() < deadline, "cupsd did not start")
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        end(self.process)

    def add(self, name, *options):
        words = ["/usr/sbin/lpadmin", "-h", self.address, "-p", name, "-E", *map(str, options)]
        subprocess.run(words, check=True, capture_output=True)

    def wait_until_done(self):
        """Waits until no job is left."""
        deadline = time.monotonic() + LIMIT
        while subprocess.run(["lpstat", "-h", self.address, "-o"], capture_output=True).stdout:
            expect(time.monotonic() < deadline, f"CUPS did not finish: see {self.root}/errors")
            time.sleep(0.1)


class Line:
    """A printer's port: keeps what each call sends."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.jobs = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def listen(self):
        while True:
            try:
                call, _ = self.listener.accept()
            except OSError:
                return
            with call:
                pieces = []
                while piece := call.recv(1 << 16):
                    pieces.append(piece)
            self.jobs.put(b"".join(pieces))

    def job(self):
        try:
            return self.jobs.get(timeout=LIMIT)
        except queue.Empty:
            raise Fault("nothing came to the printer's port") from None


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def end(process):
    process.terminate()
    process.wait(LIMIT)
