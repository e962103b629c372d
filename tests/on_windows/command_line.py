"""What an officer does from the command line, on training parts."""

import json
import subprocess

from places import expect, sha256, windows_path

# Two invented holders who may have a card, and a passcode that is not weak.
HOLDERS = ["555000000023", "555000000024"]
PASSCODE = "738164"
READER = "Training reader 1"


def judge(*words):
    """Another program that looks at what ours left."""
    done = subprocess.run([str(word) for word in words], capture_output=True)
    expect(done.returncode == 0, f"{words}: {done.stdout.decode()}{done.stderr.decode()}")
    return done.stdout.decode(errors="replace")


def the_tour_issues_and_prints_two_cards(desk):
    out = desk.scratch("tour") / "out"
    desk.program.run("tour", "--out", windows_path(out))
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    for card in summary["cards"]:
        folder = out / card["folder"]
        judge("openssl", "verify", "-partial_chain", "-CAfile", out / "chain.pem", folder / "authentication.pem")
        judge("qpdf", "--check", folder / "proof.pdf")
        expect("242.6" in judge("pdfinfo", folder / "proof.pdf"), "the proof is not as wide as a card, in points")
        expect(sha256((folder / "job.prn").read_bytes()) == card["print"]["job_sha256"], "the job is another")
    expect(not any(path.name.startswith(".") for path in out.iterdir()), "the tour left its work behind")
    inspected = desk.program.run("--json", "print", "inspect", windows_path(folder / "job.prn")).document()
    expect(len(inspected["cards"]) == 1, inspected)
    return f"{summary['milliseconds']:.0f} ms"


def cards_are_listed_although_no_smart_card_service_runs(desk):
    data = desk.scratch("cards")
    found = desk.program.run("--data", windows_path(data / "data"), "--json", "cards").document()
    names = [reader["reader"] for reader in found["readers"]]
    expect(names == ["Training reader 1", "Training reader 2"], found)
    (data / "desk.toml").write_text("training.readers = false\n")
    words = ["--data", windows_path(data / "data"), "--config", windows_path(data / "desk.toml"), "cards"]
    alone = desk.program.run(*words, codes=(1,))
    expect("smart card service is not running" in alone.err, alone)


def a_card_is_issued_and_unlocked_and_its_record_is_whole(desk):
    data = windows_path(desk.scratch("desk") / "data")
    at = ["--data", data]
    desk.program.run(*at, "issue", "--holder", HOLDERS[0], "--reader", READER, "--passcode-stdin", typed=PASSCODE + "\n")
    desk.program.run(*at, "unlock", "--reader", READER, "--passcode-stdin", typed="904261\n")
    desk.program.run(*at, "cards", "--try", READER, "--passcode-stdin", typed="904261\n")
    desk.program.run(*at, "audit", "verify")


def nothing_is_configured_and_everything_lies_in_the_profile(desk):
    desk.program.run("audit", "verify")
    found = desk.program.run("printers")
    expect("Virtual printer" in found.out, found)


def a_card_is_printed_with_its_proof(desk):
    folder = desk.scratch("print")
    data = windows_path(folder / "data")
    desk.program.run(
        "--data", data, "issue", "--holder", HOLDERS[0], "--reader", READER, "--passcode-stdin", typed=PASSCODE + "\n"
    )
    words = ["--proof", windows_path(folder / "proof.pdf"), "--planes", windows_path(folder / "panels")]
    printed = desk.program.run("--data", data, "--json", "print", "--holder", HOLDERS[0], *words).document()
    expect(printed["outcome"] == "done", printed)
    judge("qpdf", "--check", folder / "proof.pdf")
    expect((folder / "panels" / "front.png").exists(), "no panels")


def a_photo_is_checked(desk):
    folder = desk.scratch("photo")
    desk.program.run("photo", "take", "--out", windows_path(folder / "face.jpg"), "--proposed", codes=(0, 5))
    checked = desk.program.run("--json", "photo", "check", windows_path(folder / "face.jpg"), codes=(0, 5)).document()
    expect(checked["outcome"] in ("done", "warning"), checked)


def two_programs_at_one_reader_do_not_disturb_each_other(desk):
    data = windows_path(desk.scratch("races") / "data")
    desk.program.run("--data", data, "cards")
    words = ["--data", data, "issue", "--reader", READER, "--passcode-stdin", "--holder"]
    both = [desk.program.start(*words, holder, stdin=subprocess.PIPE) for holder in HOLDERS]
    for process in both:
        process.stdin.write((PASSCODE + "\n").encode())
        process.stdin.close()
    errors = [process.stderr.read().decode() for process in both]
    codes = [process.wait() for process in both]
    expect(codes.count(0) == 1, f"{codes}: {errors}")
    desk.program.run("--data", data, "resume")
    desk.program.run("--data", data, "audit", "verify")


def a_program_that_is_ended_in_the_middle_leaves_work_that_resume_ends(desk):
    data = windows_path(desk.scratch("ended") / "data")
    words = ["--data", data, "issue", "--holder", HOLDERS[0], "--reader", READER, "--passcode-stdin"]
    process = desk.program.start(*words, stdin=subprocess.PIPE)
    process.stdin.write((PASSCODE + "\n").encode())
    process.stdin.close()
    told = []
    for line in process.stderr:
        told.append(line.decode())
        if "key" in told[-1].lower():
            break
    # The process that this system has is the program itself: it gets no chance to tidy up.
    process.kill()
    process.wait()
    expect(told, "it said nothing")
    resumed = desk.program.run("--data", data, "--json", "resume", codes=(0, 5))
    desk.program.run("--data", data, "audit", "verify")
    desk.program.run("--data", data, "--json", "resume")
    return f"ended after “{told[-1].strip()}”; {resumed.document().get('outcome')}"


JOURNEYS = [
    the_tour_issues_and_prints_two_cards,
    nothing_is_configured_and_everything_lies_in_the_profile,
    cards_are_listed_although_no_smart_card_service_runs,
    a_card_is_issued_and_unlocked_and_its_record_is_whole,
    a_card_is_printed_with_its_proof,
    a_photo_is_checked,
    two_programs_at_one_reader_do_not_disturb_each_other,
    a_program_that_is_ended_in_the_middle_leaves_work_that_resume_ends,
]
