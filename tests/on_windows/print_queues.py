"""Queues of Windows, as Wine's spooler has them over a CUPS of its own: finished jobs past the driver, pages through it."""

import subprocess
from pathlib import Path

from command_line import HOLDERS, PASSCODE, READER
from places import Line, expect, sha256, windows_path

HERE = Path(__file__).resolve().parent
PROFILE = "magicard-doh-300-v2"
GUTENPRINT = "gutenprint.5.3://magicard-tango-2e/expert"
# Dots of the image of a card printer's head (width, height).
HEAD = ("642", "1016")
# The card within it, once it lies on its long side, and the parts of the card where nothing is pre-printed and no chip is drawn.
CARD, PRINTED = "1012x638+3+3", ["712x528+300+110", "1012x278+0+360"]
# How far a printed page may be from the proof: the root of the mean square, of the whole range of a colour. The same face
# is 0.02 away (the proof is drawn of outlines, the page of dots), and 0.1 and more once it lies six dots beside its place.
TOLERANCE = 0.04


def configure(desk, folder, destinations):
    """A desk with these printers and one issued card; gives the words of every command at it."""
    printers = [
        f'[[printers]]\nname = "{name}"\nprofile = "{PROFILE}"\ndestination = "{destination}"\n'
        for name, destination in destinations.items()
    ]
    (folder / "desk.toml").write_text("".join(printers), "utf-8")
    at = ["--data", windows_path(folder / "data"), "--config", windows_path(folder / "desk.toml")]
    issue = ["issue", "--holder", HOLDERS[0], "--reader", READER, "--passcode-stdin"]
    desk.program.run(*at, *issue, typed=PASSCODE + "\n")
    return at


def picture(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    # `compare` ends with 1 where there is any difference.
    expect(done.returncode in (0, 1), f"{words}: {done.stderr}")
    return done.stdout + done.stderr


def distance(one, other):
    """How far two pictures of one size are from each other: 0 for the same, 1 for black and white."""
    said = picture("compare", "-metric", "RMSE", one, other, "null:")
    return float(said.split("(")[1].split(")")[0])


def queues_of_windows_are_found(desk):
    desk.server.add("Ŵyn", "-v", "socket://127.0.0.1:9", "-m", GUTENPRINT)
    found = desk.program.run("--json", "printers", "find", codes=(0, 5)).document()["found"]
    places = {printer["destination"] for printer in found}
    expect("windows:Ŵyn" in places, places)


def a_finished_job_goes_through_a_queue_byte_by_byte(desk):
    folder = desk.scratch("raw-queue")
    with Line() as line:
        desk.server.add("raw", "-v", f"socket://127.0.0.1:{line.port}", "-m", "raw")
        at = configure(desk, folder, {"Desk printer": "windows:raw"})
        desk.program.run(*at, "printers")
        printed = desk.program.run(*at, "--json", "print", "--holder", HOLDERS[0], codes=(0, 4, 5)).document()
        job = line.job()
        expect(sha256(job) == printed["job_sha256"], "the bytes differ")
    (folder / "job.prn").write_bytes(job)
    desk.program.run("print", "inspect", windows_path(folder / "job.prn"))
    desk.program.run(*at, "print", "confirm", printed["job"], "well")
    return f"{len(job)} bytes"


def a_page_goes_through_a_driver_of_windows(desk):
    folder = desk.scratch("driver-queue")
    with Line() as line:
        desk.server.add("page", "-v", f"socket://127.0.0.1:{line.port}", "-P", HERE / "card.ppd")
        at = configure(desk, folder, {"Desk printer": "bitmap+windows:page"})
        proof = folder / "proof.pdf"
        words = ["--json", "print", "--holder", HOLDERS[0], "--proof", windows_path(proof)]
        desk.program.run(*at, *words, codes=(0, 4, 5))
        (folder / "page.ps").write_bytes(line.job())
    page = folder / "page-1.png"
    render = ["gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sDEVICE=png16m", "-r300", "-o", folder / "page-%d.png"]
    picture(*render, folder / "page.ps")
    expect(not (folder / "page-2.png").exists(), "more than one page")
    size = tuple(picture("identify", "-format", "%w %h", page).split())
    expect(size == HEAD, f"the page has {size} dots")
    picture("pdftoppm", "-r", "300", "-png", "-singlefile", proof, folder / "proof")
    # Letters of outlines and of dots differ along every edge.
    soft = ["+repage", "-blur", "0x2"]
    picture("convert", page, "-rotate", "90", "-crop", CARD, *soft, folder / "printed.png")
    picture("convert", folder / "proof.png", *soft, folder / "wanted.png")
    far = []
    for area in PRINTED:
        for name in ["printed", "wanted"]:
            picture("convert", folder / f"{name}.png", "-crop", area, "+repage", folder / f"{name}-part.png")
        far.append(distance(folder / "printed-part.png", folder / "wanted-part.png"))
    expect(max(far) < TOLERANCE, f"the page is {far} from the proof: see {folder}")
    return f"{max(far):.3f} from the proof, at most {TOLERANCE}"


JOURNEYS = [
    queues_of_windows_are_found,
    a_finished_job_goes_through_a_queue_byte_by_byte,
    a_page_goes_through_a_driver_of_windows,
]
