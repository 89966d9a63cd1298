"""Lets several slixmpp clients do what their plug-ins can do, one check after the other.

Started with one argument, a JSON object: people ({name: {jid, password}}), host, ports (of two edges), ca (a file), domain, and
only (names of optional checks, to be done instead of all others).
SSL_CERT_FILE names that file, too. Tells each check's outcome by a JSON line on standard output:
{"check": NAME, "outcome": "done" | "skipped: ..." | "failed: ..."}.
"""

import asyncio
import io
import json
import os
import sys
import traceback
import urllib.request
from datetime import datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

from slixmpp_client import Client, PATIENCE, hold_tasks, inner, refused, saying
from slixmpp_eventing_checks import eventing, storage
from slixmpp_node_checks import collections, nodes
from slixmpp_optional_checks import archive_search, invitations
from slixmpp_room_checks import room_archive, room_following, room_moderation, room_profile, rooms

CLIENTS = "urn:xmpp:cam:0"


async def subscriptions(juliet, romeo, **_):
    juliet.send_presence_subscription(romeo.boundjid.bare, ptype="subscribe")
    # Both have the library's default: they agree, and ask in return.
    await juliet.take("got_online", lambda it: it["from"] == romeo.boundjid)
    await romeo.take("got_online", lambda it: it["from"].bare == juliet.boundjid.bare)
    assert juliet.client_roster[romeo.boundjid.bare]["subscription"] in ("to", "both")


async def discovery(juliet, domain, **_):
    disco = juliet["xep_0030"]
    server = (await disco.get_info(domain))["disco_info"]
    assert [it[:2] for it in server["identities"]] == [("server", "im")], server["identities"]
    account = (await disco.get_info(juliet.boundjid.bare))["disco_info"]
    assert ("account", "registered") in [it[:2] for it in account["identities"]]
    for feature in ("urn:xmpp:mam:2", "urn:xmpp:carbons:2", "urn:xmpp:push:0", "urn:xmpp:sid:0"):
        assert feature in account["features"], feature
    services = {str(jid) for jid, _, _ in (await disco.get_items(domain))["disco_items"]["items"]}
    # One by one: the library's own way to ask them all fails with Python 3.11.
    infos = [await disco.get_info(service) for service in services]
    assert {"conference", "pubsub"} <= {it[0] for info in infos for it in info["disco_info"]["identities"]}


async def capabilities(juliet, romeo, domain, **_):
    # The library checks the hash against the answer; it keeps nothing that doesn't fit.
    for jid in (domain, romeo.boundjid.full):
        for _attempt in range(10 * PATIENCE):
            caps = await juliet["xep_0115"].get_caps(jid)
            if caps is not None:
                break
            await asyncio.sleep(0.1)
        assert caps is not None, jid
    assert "urn:xmpp:receipts" in caps["features"]


async def small_questions(juliet, romeo, domain, **_):
    for entity in (domain, juliet.boundjid.bare, romeo.boundjid.bare, romeo.boundjid.full):
        assert await juliet["xep_0199"].ping(entity, timeout=PATIENCE) < PATIENCE
    version = (await juliet["xep_0092"].get_version(domain))["software_version"]
    assert (version["name"], bool(version["version"])) == ("Heliograph", True)
    time = (await juliet["xep_0202"].get_entity_time(domain))["entity_time"]
    # The library itself expects no Z in it, nor can it answer.
    utc = datetime.fromisoformat(time.xml.findtext("{urn:xmpp:time}utc"))
    assert abs(datetime.now(timezone.utc) - utc) < timedelta(minutes=1)
    assert (await juliet["xep_0012"].get_last_activity(domain))["last_activity"]["seconds"] >= 0
    assert (await juliet["xep_0012"].get_last_activity(romeo.boundjid.bare))["last_activity"]["seconds"] == 0


async def chat(juliet, romeo, **_):
    message = juliet.make_message(mto=romeo.boundjid.full, mbody="Thou knowest <&> the mask", mtype="chat")
    message["request_receipt"] = True
    message["markable"] = True
    message["chat_state"] = "active"
    message.send()
    heard = await romeo.take("message", saying("Thou knowest <&> the mask"))
    assert heard["stanza_id"]["by"] == romeo.boundjid.bare
    receipt = await juliet.take("receipt_received")
    assert receipt["receipt"] == message["id"]
    romeo["xep_0333"].send_marker(mto=juliet.boundjid.full, id=message["id"], marker="displayed")
    await juliet.take("marker_displayed", lambda it: it["displayed"]["id"] == message["id"])
    correction = juliet.make_message(mto=romeo.boundjid.full, mbody="of night is on my face", mtype="chat")
    correction["replace"]["id"] = message["id"]
    correction.send()
    assert (await romeo.take("message_correction"))["replace"]["id"] == message["id"]


async def several(juliet, romeo, domain, **_):
    message = juliet.make_message(mto=domain, mbody="to several", mtype="chat")
    message["addresses"].add_address(atype="to", jid=romeo.boundjid.full)
    message["addresses"].add_address(atype="bcc", jid=juliet.boundjid.full)
    message.send()
    named = [
        [(it["type"], it["jid"].full, it["delivered"]) for it in heard["addresses"]["addresses"]]
        for heard in [await who.take("message", saying("to several")) for who in (romeo, juliet)]
    ]
    all_see = ("to", romeo.boundjid.full, True)
    assert named == [[all_see], [all_see, ("bcc", juliet.boundjid.full, False)]], named


async def carbons(juliet, desk, romeo, **_):
    await desk["xep_0280"].enable(timeout=PATIENCE)
    romeo.say(juliet.boundjid.full, "to one of them")
    await juliet.take("message", saying("to one of them"))
    await desk.take("carbon_received", inner("carbon_received", "to one of them"))
    juliet.say(romeo.boundjid.full, "from one of them")
    await desk.take("carbon_sent", inner("carbon_sent", "from one of them"))
    await desk["xep_0280"].disable(timeout=PATIENCE)
    juliet.say(romeo.boundjid.full, "for nobody else")
    await romeo.take("message", saying("for nobody else"))
    await desk.settle()
    assert desk.count("carbon_sent") == 0


async def client_state(juliet, desk, romeo, **_):
    assert juliet["xep_0352"].enabled
    juliet["xep_0352"].send_inactive()
    await juliet.settle()
    for show in ("away", "dnd", "xa"):
        romeo.send_presence(pshow=show)
    # What the other client was sent has come to the inactive one's account, too.
    await desk.take("changed_status", lambda it: it["show"] == "xa")
    before = juliet.count("changed_status")
    romeo.say(juliet.boundjid.full, "is anybody there?")
    await juliet.take("message", saying("is anybody there?"))
    shown = [it["show"] for it in juliet.seen["changed_status"][before:] if it["from"] == romeo.boundjid]
    assert shown == ["xa"], shown
    romeo.send_presence(pshow="chat")
    await romeo.settle()
    juliet["xep_0352"].send_active()
    await juliet.take("changed_status", lambda it: it["show"] == "chat")


async def archive(juliet, romeo, domain, **_):
    mam, other = juliet["xep_0313"], romeo.boundjid.bare
    await juliet.settle()
    begun = datetime.now(timezone.utc)
    words = [f"line {number}" for number in range(7)]
    for line in words:
        juliet.say(other, line)
        await romeo.take("message", saying(line))
    await juliet.settle()
    fields = await mam.get_fields()
    assert {"with", "start", "end", "before-id", "after-id", "ids"} <= set(fields.get_fields())
    read = lambda it: it["mam_result"]["forwarded"]["message"]["body"]
    result = await mam.retrieve(with_jid=other, start=begun, timeout=PATIENCE)
    assert [read(it) for it in result["mam"]["results"]] == words
    for reverse in (False, True):
        paged = [it async for it in mam.iterate(with_jid=other, start=begun, reverse=reverse, rsm={"max": 3})]
        assert [read(it) for it in paged] == words[::-1] if reverse else words, (reverse, [read(it) for it in paged])
    ends = (await mam.get_archive_metadata())["mam_metadata"]
    assert ends["end"]["id"] == result["mam"]["results"][-1]["mam_result"]["id"]
    assert ends["start"]["timestamp"] <= ends["end"]["timestamp"]


async def archive_preferences(juliet, romeo, **_):
    plugin, other = juliet["xep_0441"], romeo.boundjid.bare
    default, always, never = await plugin.get_preferences()
    assert (default, set(always), set(never)) == ("always", set(), set())
    await plugin.set_preferences(default="roster", never=[other])
    assert await plugin.get_preferences() == ("roster", set(), {romeo.boundjid.bare})
    begun = datetime.now(timezone.utc)
    juliet.say(other, "off the record")
    await romeo.take("message", saying("off the record"))
    result = await juliet["xep_0313"].retrieve(with_jid=other, start=begun, timeout=PATIENCE)
    assert len(result["mam"]["results"]) == 0
    await plugin.set_preferences(default="always")


async def commands(juliet, desk, domain, **_):
    adhoc = juliet["xep_0050"]
    offered = {node for _, node, _ in (await adhoc.get_commands(domain))["disco_items"]["items"]}
    assert {"list-clients", "end-client", "change-password"} <= offered, offered
    listed = (await adhoc.send_command(domain, "list-clients"))["command"]
    assert listed["status"] == "completed"
    assert {item["client"] for item in listed["form"].get_items()} == {"balcony", "desk"}
    query = juliet.make_iq_get()
    query.append(ET.Element(f"{{{CLIENTS}}}list"))
    told = await query.send(timeout=PATIENCE)
    assert {client.get("id") for client in told.xml.iter(f"{{{CLIENTS}}}client")} == {"balcony", "desk"}, told
    steps, ended = [], asyncio.get_running_loop().create_future()

    def submit(values):
        def step(iq, session):
            steps.append(iq["command"]["status"])
            form = juliet["xep_0004"].make_form(ftype="submit")
            for name, field in iq["command"]["form"].get_fields().items():
                form.add_field(var=name, value=values.get(name, field["value"]))
            session["payload"] = form
            session["next"] = (submit({"confirm": "true"}) if "client" in values else last)
            adhoc.continue_command(session, direction="next" if "client" in values else "complete")
        return step

    def last(iq, session):
        ended.set_result((iq["command"]["status"], iq["command"]["notes"]))

    def failed(iq, session):
        ended.set_exception(AssertionError(str(iq)))

    adhoc.start_command(domain, "end-client", {"next": submit({"client": "desk"}), "error": failed})
    status, notes = await asyncio.wait_for(ended, PATIENCE)
    assert (status, len(notes), steps) == ("completed", 1, ["executing", "executing"]), (status, notes, steps)
    await desk.take("disconnected")


async def bytestreams(juliet, romeo, **_):
    data = os.urandom(30_000)
    stream = await juliet["xep_0047"].open_stream(romeo.boundjid, timeout=PATIENCE)
    other = await romeo.take("ibb_stream_start")
    gathering = asyncio.ensure_future(other.gather(timeout=PATIENCE))
    await stream.sendall(data, timeout=PATIENCE)
    await stream.close(timeout=PATIENCE)
    assert await gathering == data


async def upload(juliet, domain, **_):
    if not find_spec("aiohttp"):
        return "skipped: the library's plug-in needs aiohttp (python3-aiohttp)"
    plugin, data = juliet["xep_0363"], os.urandom(200_000)
    # Not found by the library: it asks all services at once for that.
    plugin.upload_service = f"upload.{domain}"
    offered = {str(jid) for jid, _, _ in (await juliet["xep_0030"].get_items(domain))["disco_items"]["items"]}
    if plugin.upload_service not in offered:
        return "skipped: this server takes no files"
    url = await plugin.upload_file(Path("très joli.png"), len(data), "image/png", input_file=io.BytesIO(data))
    loop = asyncio.get_running_loop()
    assert await loop.run_in_executor(None, lambda: urllib.request.urlopen(url, timeout=PATIENCE).read()) == data
    await refused(plugin.request_slot(plugin.upload_service, Path("huge"), 10**12, "image/png"), "not-acceptable")


async def password(juliet, romeo, world, **_):
    juliet.say(world["people"]["nurse"]["jid"], "while you were away")
    await juliet.settle()
    nurse = await Client(world, "nurse", "hall", edge=1).enter()
    waited = await nurse.take("message", saying("while you were away"))
    assert abs(datetime.now(timezone.utc) - waited["delay"]["stamp"]) < timedelta(minutes=5)
    assert (await nurse["xep_0077"].get_registration())["register"]["registered"]
    await refused(nurse["xep_0077"].change_password("nurse"), "not-acceptable")
    await nurse["xep_0077"].change_password("Ay me, what news?", timeout=PATIENCE)
    await nurse.leave()
    again = await Client(world, "nurse", "hall", password="Ay me, what news?").enter()
    await again.leave()
    seconds = (await juliet["xep_0012"].get_last_activity(romeo.boundjid.bare))["last_activity"]["seconds"]
    assert seconds == 0


CHECKS = (
    subscriptions, discovery, capabilities, small_questions, chat, several, carbons, client_state, archive, archive_preferences, bytestreams,
    upload, password, commands, rooms, room_archive, room_moderation, room_following, room_profile, nodes, collections, eventing, storage,
)
OPTIONAL = {check.__name__: check for check in (archive_search, invitations)}


async def main():
    hold_tasks()
    world = json.loads(sys.argv[1])
    actors = {
        "juliet": Client(world, "juliet", "balcony"), "desk": Client(world, "juliet", "desk", edge=1),
        "romeo": Client(world, "romeo", "orchard", edge=1),
    }
    for client in actors.values():
        await client.enter()
    wanted = world.get("only")
    for check in CHECKS if wanted is None else [OPTIONAL[name] for name in wanted]:
        try:
            doing = check(**actors, domain=world["domain"], world=world)
            outcome = await asyncio.wait_for(doing, 2 * PATIENCE) or "done"
        except Exception:  # everything goes back to the test
            outcome = f"failed: {traceback.format_exc(limit=-4)}"
        print(json.dumps({"check": check.__name__, "outcome": outcome}), flush=True)
    await asyncio.gather(*(client.leave() for client in (actors["juliet"], actors["romeo"])))


asyncio.run(main())
