"""What slixmpp can do in rooms: checks that slixmpp_checks.py runs."""

from slixmpp_client import PATIENCE, refused, saying


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
