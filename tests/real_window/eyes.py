"""A client of the accessibility bus that knows nothing of the program: it sees what a screen reader sees.

One JSON document a line comes in on standard input, one goes out on standard output:
  {"do": "wait", "role": ROLE, "name": PART, "limit": SECONDS}   waits until something has that role and name
  {"do": "press", "role": ROLE, "name": PART}                    does its first action, as a switch user would
  {"do": "tree"}                                                 everything there is
An empty role stands for any. A name fits when it contains PART.
"""

import json
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

PROGRAM = "cardwright"
# Looked again this often although nobody said that anything changed: a registry event can be lost while a program starts.
AGAIN_MILLISECONDS = 250


def walk(node, found):
    try:
        role, name = node.get_role_name(), node.get_name() or ""
        try:
            place = node.get_extents(Atspi.CoordType.SCREEN)
            area = [place.x, place.y, place.width, place.height]
        except GLib.Error:
            area = [0, 0, 0, 0]
        states = node.get_state_set()
        text = ""
        if role in ("entry", "password text"):
            try:
                text = Atspi.Text.get_text(node, 0, -1)
            except GLib.Error:
                text = ""
        found.append(
            {
                "role": role,
                "name": name,
                "description": node.get_description() or "",
                "text": text,
                "area": area,
                "focused": states.contains(Atspi.StateType.FOCUSED),
                "enabled": states.contains(Atspi.StateType.ENABLED),
                "node": node,
            }
        )
        for place in range(node.get_child_count()):
            child = node.get_child_at_index(place)
            if child is not None:
                walk(child, found)
    except GLib.Error:
        # A node that went away while it was looked at is not there.
        pass


def everything():
    found = []
    try:
        desktop = Atspi.get_desktop(0)
        for place in range(desktop.get_child_count()):
            program = desktop.get_child_at_index(place)
            if program is not None and program.get_name() == PROGRAM:
                walk(program, found)
    except GLib.Error:
        # The registry of the bus is only starting, or a program left it at this moment.
        pass
    return found


def plain(node):
    return {key: value for key, value in node.items() if key != "node"}


def look(role, name):
    for node in everything():
        if (not role or node["role"] == role) and name in node["name"] and node["area"][2] > 0:
            return node
    return None


def wait(role, name, limit):
    loop = GLib.MainLoop()
    seen = []

    def check(*_):
        node = look(role, name)
        if node is not None:
            seen.append(node)
            loop.quit()
        return node is None

    if not check():
        return seen[0]
    listener = Atspi.EventListener.new(check)
    for event in ("object:children-changed", "object:property-change", "object:state-changed"):
        listener.register(event)
    again = GLib.timeout_add(AGAIN_MILLISECONDS, check)
    end = GLib.timeout_add(int(limit * 1000), loop.quit)
    loop.run()
    for source in (again, end):
        if GLib.MainContext.default().find_source_by_id(source):
            GLib.source_remove(source)
    for event in ("object:children-changed", "object:property-change", "object:state-changed"):
        listener.deregister(event)
    return seen[0] if seen else None


def answer(request):
    begun = time.monotonic()
    if request["do"] == "tree":
        return {"ok": True, "tree": [plain(node) for node in everything()]}
    if request["do"] == "wait":
        node = wait(request["role"], request["name"], request["limit"])
    else:
        node = look(request["role"], request["name"])
        if node is not None:
            Atspi.Action.do_action(node["node"], 0)
    if node is None:
        return {"ok": False, "tree": [plain(node) for node in everything()]}
    return {"ok": True, "node": plain(node), "seconds": time.monotonic() - begun}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
