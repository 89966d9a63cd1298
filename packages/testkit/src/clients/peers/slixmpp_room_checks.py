"""What slixmpp can do in rooms: checks that slixmpp_checks.py runs."""

from xml.etree import ElementTree as ET

from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath
from slixmpp_client import PATIENCE, refused, saying

AVATAR = "cba92df0fa0ea6aedf50ff3f1e37f1f6cdddc7a1"


async def rooms(juliet, romeo, domain, **_):
    room, muc, his = f"orchard@conference.{domain}", juliet["xep_0045"], romeo["xep_0045"]
    own, _, occupants, _ = await muc.join_muc_wait(room, "juliet", maxstanzas=0, timeout=PATIENCE)
    assert {it["from"].resource for it in occupants} <= {"juliet"} and 201 in own["muc"]["status_codes"], own
    form = await muc.get_room_config(room, timeout=PATIENCE)
    form["type"] = "submit"
    form["values"] = {**form["values"], "muc#roomconfig_roomname": "Orchard", "muc#roomconfig_whois": "anyone"}
    await muc.set_room_config(room, form, timeout=PATIENCE)
    muc.invite(room, romeo.boundjid.bare, "The orchard walls are high")
    invited = await romeo.take("groupchat_invite")
    assert invited["from"] == room and invited["muc"]["invite"]["reason"] == "The orchard walls are high", invited
    muc.set_subject(room, "What light through yonder window breaks?")
    await juliet.take("groupchat_subject", lambda it: it["subject"].startswith("What light"))
    juliet.send_message(mto=room, mbody="Ay me!", mtype="groupchat")
    await juliet.take("groupchat_message", saying("Ay me!"))
    own, subject, occupants, history = await his.join_muc_wait(room, "romeo", maxstanzas=10, timeout=PATIENCE)
    assert "juliet" in [it["from"].resource for it in occupants], occupants
    assert 100 in own["muc"]["status_codes"], own
    assert subject["subject"].startswith("What light"), subject
    assert [it["body"] for it in history] == ["Ay me!"] and history[0]["delay"]["from"] == room, history
    romeo.send_message(mto=room, mbody="She speaks", mtype="groupchat")
    heard = await juliet.take("groupchat_message", saying("She speaks"))
    assert heard["from"] == f"{room}/romeo", heard
    juliet.say(f"{room}/romeo", "Wherefore art thou Romeo?")
    assert (await romeo.take("message", saying("Wherefore art thou Romeo?")))["from"] == f"{room}/juliet"
    assert his.get_jid_property(room, "juliet", "jid") == juliet.boundjid.full
    await muc.set_affiliation(room, "member", jid=romeo.boundjid.bare, timeout=PATIENCE)
    assert await muc.get_affiliation_list(room, "member", timeout=PATIENCE) == [romeo.boundjid.bare]
    await muc.set_role(room, "romeo", "moderator", timeout=PATIENCE)
    await refused(his.destroy(room, timeout=PATIENCE), "forbidden")
    await romeo["xep_0199"].send_ping(f"{room}/romeo", timeout=PATIENCE)
    his.leave_muc(room, "romeo", "I am gone")
    await juliet.take("groupchat_presence", lambda it: it["type"] == "unavailable" and it["from"] == f"{room}/romeo")
    await muc.destroy(room, timeout=PATIENCE)


async def room_archive(juliet, romeo, domain, **_):
    room, muc, mam = f"vault@conference.{domain}", juliet["xep_0045"], romeo["xep_0313"]
    await muc.join_muc_wait(room, "juliet", maxstanzas=0, timeout=PATIENCE)
    form = await muc.get_room_config(room, timeout=PATIENCE)
    form["type"] = "submit"
    form["values"] = {**form["values"], "muc#roomconfig_whois": "anyone"}
    await muc.set_room_config(room, form, timeout=PATIENCE)
    await romeo["xep_0045"].join_muc_wait(room, "romeo", maxstanzas=0, timeout=PATIENCE)
    words = [f"verse {number}" for number in range(7)]
    ids = []
    for line in words:
        juliet.send_message(mto=room, mbody=line, mtype="groupchat")
        ids.append((await romeo.take("groupchat_message", saying(line)))["stanza_id"]["id"])
    read = lambda it: it["mam_result"]["forwarded"]["message"]
    found = (await mam.retrieve(jid=room, timeout=PATIENCE))["mam"]["results"]
    assert [(it["mam_result"]["id"], read(it)["body"]) for it in found] == list(zip(ids, words)), found
    assert {read(it)["from"] for it in found} == {f"{room}/juliet"}
    item = read(found[0]).xml.find("{http://jabber.org/protocol/muc#user}x/{http://jabber.org/protocol/muc#user}item")
    assert item.get("jid") == juliet.boundjid.full
    for reverse in (False, True):
        paged = [it async for it in mam.iterate(jid=room, reverse=reverse, rsm={"max": 3})]
        assert [read(it)["body"] for it in paged] == (words[::-1] if reverse else words), reverse
    ends = (await mam.get_archive_metadata(jid=room))["mam_metadata"]
    assert (ends["start"]["id"], ends["end"]["id"]) == (ids[0], ids[-1])
    await muc.destroy(room, timeout=PATIENCE)
    await refused(mam.retrieve(jid=room, timeout=PATIENCE), "item-not-found")


async def asked(client, kind, to, xml):
    """For what the library has no plug-in, or an older one."""
    request = client.make_iq(itype=kind, ito=to)
    request.xml.append(ET.fromstring(xml))
    return (await request.send(timeout=PATIENCE)).xml


async def opened(client, room, **values):
    await client["xep_0045"].join_muc_wait(room, "juliet", maxstanzas=0, timeout=PATIENCE)
    form = await client["xep_0045"].get_room_config(room, timeout=PATIENCE)
    form["type"] = "submit"
    form["values"] = {**form["values"], **{f"muc#roomconfig_{name}": value for name, value in values.items()}}
    await client["xep_0045"].set_room_config(room, form, timeout=PATIENCE)


async def room_moderation(juliet, romeo, domain, **_):
    room = f"square@conference.{domain}"
    moderate = "<moderate xmlns='urn:xmpp:message-moderate:1' id='{}'><retract xmlns='urn:xmpp:message-retract:1'/><reason>Peace</reason></moderate>"
    await opened(juliet, room)
    await romeo["xep_0045"].join_muc_wait(room, "romeo", maxstanzas=0, timeout=PATIENCE)
    # The library tells of no message without a body.
    retracts = MatchXPath("{jabber:client}message/{urn:xmpp:message-retract:1}retract/{urn:xmpp:message-moderate:1}moderated")
    romeo.register_handler(Callback("retraction", retracts, lambda it: romeo.note("retraction", it)))
    romeo.send_message(mto=room, mbody="I bite my thumb", mtype="groupchat")
    said = (await juliet.take("groupchat_message", saying("I bite my thumb")))["stanza_id"]["id"]
    await refused(asked(romeo, "set", room, moderate.format(said)), "forbidden")
    await asked(juliet, "set", room, moderate.format(said))
    told = await romeo.take("retraction")
    retract = told.xml.find("{urn:xmpp:message-retract:1}retract")
    assert told["from"] == room and retract.get("id") == said, told
    assert retract.findtext("{urn:xmpp:message-retract:1}reason") == "Peace", told
    kept = (await romeo["xep_0313"].retrieve(jid=room, timeout=PATIENCE))["mam"]["results"]
    assert [it["mam_result"]["forwarded"]["message"]["body"] for it in kept if it["mam_result"]["id"] == said] == [""], kept
    await juliet["xep_0045"].destroy(room, timeout=PATIENCE)


async def room_following(juliet, romeo, domain, **_):
    """MUC/Sub, for which the library has no plug-in."""
    room, ns = f"garden@conference.{domain}", "urn:xmpp:mucsub:0"
    await opened(juliet, room)
    events = MatchXPath("{jabber:client}message/{http://jabber.org/protocol/pubsub#event}event")
    romeo.register_handler(Callback("event", events, lambda it: romeo.note("event", it)))
    node = f"<event node='{ns}:nodes:messages'/>"
    agreed = await asked(romeo, "set", room, f"<subscribe xmlns='{ns}' nick='romeo'>{node}</subscribe>")
    assert [it.get("node") for it in agreed.iter(f"{{{ns}}}event")] == [f"{ns}:nodes:messages"]
    juliet.send_message(mto=room, mbody="Parting is such sweet sorrow", mtype="groupchat")
    told = (await romeo.take("event")).xml.find(".//{jabber:client}message")
    assert told.findtext("{jabber:client}body") == "Parting is such sweet sorrow", told
    assert told.get("from") == f"{room}/juliet", told.get("from")
    romeo.send_message(mto=room, mbody="Sleep dwell upon thine eyes", mtype="groupchat")
    heard = await juliet.take("groupchat_message", saying("Sleep dwell upon thine eyes"))
    assert heard["from"] == f"{room}/romeo", heard
    await asked(romeo, "set", room, f"<unsubscribe xmlns='{ns}'/>")
    await juliet["xep_0045"].destroy(room, timeout=PATIENCE)


async def room_profile(juliet, romeo, domain, **_):
    """Avatar (XEP-0486), search (XEP-0433), registration (XEP-0045 §7.10), hats (XEP-0317)."""
    room, data = f"gallery@conference.{domain}", "<x xmlns='jabber:x:data' type='submit'>{}</x>"
    field = lambda name, value: f"<field var='{name}'><value>{value}</value></field>"
    await opened(juliet, room, roomname="Gallery of Verona")
    photo = "<PHOTO><TYPE>image/png</TYPE><BINVAL>aGVsaW9ncmFwaA==</BINVAL></PHOTO>"
    await asked(juliet, "set", room, f"<vCard xmlns='vcard-temp'>{photo}</vCard>")
    shown = await asked(romeo, "get", room, "<vCard xmlns='vcard-temp'/>")
    assert shown.findtext(".//{vcard-temp}BINVAL") == "aGVsaW9ncmFwaA=="
    info = (await romeo["xep_0030"].get_info(room, timeout=PATIENCE))["disco_info"]["form"]["values"]
    assert info["muc#roominfo_avatarhash"] in ([AVATAR], AVATAR), info

    terms = field("FORM_TYPE", "urn:xmpp:channel-search:0:search-params") + field("q", "gallery verona")
    found = await asked(
        romeo, "get", f"conference.{domain}", f"<search xmlns='urn:xmpp:channel-search:0:search'>{data.format(terms)}</search>")
    assert room in [it.get("address") for it in found.iter("{urn:xmpp:channel-search:0:search}item")]

    await romeo["xep_0077"].get_registration(jid=room, timeout=PATIENCE)
    nick = field("FORM_TYPE", "http://jabber.org/protocol/muc#register") + field("muc#register_roomnick", "Montague")
    await asked(romeo, "set", room, f"<query xmlns='jabber:iq:register'>{data.format(nick)}</query>")
    assert (await romeo["xep_0077"].get_registration(jid=room, timeout=PATIENCE))["register"]["registered"]
    muc, own = juliet["xep_0045"], romeo.boundjid.bare
    assert await muc.get_affiliation_list(room, "member", timeout=PATIENCE) == [own]
    await refused(asked(juliet, "set", room, f"<query xmlns='jabber:iq:register'>{data.format(nick)}</query>"), "conflict")

    commands, uri = juliet["xep_0050"], "http://verona.example/hats#host"
    def form(**values):
        made = juliet["xep_0004"].make_form(ftype="submit")
        for name, value in {"FORM_TYPE": "urn:xmpp:hats:commands", **{f"hats#{key}": it for key, it in values.items()}}.items():
            made.add_field(var=name, value=value)
        return made
    await commands.send_command(room, "urn:xmpp:hats:commands:create", payload=form(title="Host", uri=uri), timeout=PATIENCE)
    await commands.send_command(room, "urn:xmpp:hats:commands:assign", payload=form(jid=own, uri=uri), timeout=PATIENCE)
    locked = await muc.get_room_config(room, timeout=PATIENCE)
    locked["type"] = "submit"
    locked["values"] = {**locked["values"], "x-muc#roomconfig_reservednick": True}
    await muc.set_room_config(room, locked, timeout=PATIENCE)
    here, _, occupants, _ = await romeo["xep_0045"].join_muc_wait(room, "Tybalt", maxstanzas=0, timeout=PATIENCE)
    assert here["from"] == f"{room}/Montague" and {110, 210} <= set(here["muc"]["status_codes"]), here
    wears = lambda it: it.xml.find("{urn:xmpp:hats:0}hats/{urn:xmpp:hats:0}hat") is not None
    seen = await juliet.take("groupchat_presence", lambda it: it["from"] == f"{room}/Montague" and wears(it))
    assert seen.xml.find("{urn:xmpp:hats:0}hats/{urn:xmpp:hats:0}hat").get("title") == "Host", seen
    await romeo["xep_0077"].cancel_registration(jid=room, timeout=PATIENCE)
    assert await muc.get_affiliation_list(room, "member", timeout=PATIENCE) == []
    await muc.destroy(room, timeout=PATIENCE)
