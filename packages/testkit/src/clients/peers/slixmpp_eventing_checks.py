"""What slixmpp can do with the nodes of accounts: checks that slixmpp_checks.py runs."""

import asyncio
import hashlib

from slixmpp.exceptions import IqError
from slixmpp.plugins.xep_0048 import Bookmarks

from slixmpp_client import PATIENCE, refused
from slixmpp_node_checks import ids

EVENT = "{http://jabber.org/protocol/pubsub#event}"
PROTOCOL = "http://jabber.org/protocol"
ROOMS = "urn:xmpp:bookmarks:1"


async def told(client, account, node):
    """What a client hears of the node of an account."""
    about = lambda it: it["from"] == account and it.xml.find(f"{EVENT}event/{EVENT}items").get("node") == node
    return (await client.take("pubsub_publish", about)).xml


async def eventing(juliet, romeo, **_):
    account = juliet.boundjid.bare
    publications = (
        (juliet["xep_0080"].publish_location(lat=45.44, lon=10.99, locality="Verona", timeout=PATIENCE), "geoloc", "locality"),
        (juliet["xep_0107"].publish_mood("amorous", "at last", timeout=PATIENCE), "mood", "amorous"),
        (juliet["xep_0108"].publish_activity("relaxing", "reading", timeout=PATIENCE), "activity", "relaxing"),
        (juliet["xep_0118"].publish_tune(title="Nightingale", timeout=PATIENCE), "tune", "title"),
        (juliet["xep_0172"].publish_nick("Jule", timeout=PATIENCE), "nick", "nick"),
    )
    for publication, name, child in publications:
        made = await publication
        assert made["type"] == "result", made
        heard = await told(romeo, account, f"{PROTOCOL}/{name}")
        assert heard.find(f".//{{{PROTOCOL}/{name}}}{child}") is not None, heard
        # The library wants to hear of what it publishes, too.
        await told(juliet, account, f"{PROTOCOL}/{name}")
    picture = b"a picture"
    await juliet["xep_0084"].publish_avatar(picture, timeout=PATIENCE)
    info = {"id": hashlib.sha1(picture).hexdigest(), "type": "image/png", "bytes": len(picture)}
    await juliet["xep_0084"].publish_avatar_metadata(info, timeout=PATIENCE)
    heard = await told(romeo, account, "urn:xmpp:avatar:metadata")
    assert heard.find(".//{urn:xmpp:avatar:metadata}info").get("id") == info["id"], heard
    read = await romeo["xep_0084"].retrieve_avatar(account, info["id"], timeout=PATIENCE)
    assert read["pubsub"]["items"]["item"]["avatar_data"]["value"] == picture, read


async def storage(juliet, romeo, **_):
    account, nodes = juliet.boundjid.bare, romeo["xep_0060"]
    bookmarks = Bookmarks()
    bookmarks.add_conference("capulets@rooms.example", "Juliet", name="At home", autojoin=True)
    await juliet["xep_0048"].set_bookmarks(bookmarks, method="xep_0223", timeout=PATIENCE)
    kept = await juliet["xep_0048"].get_bookmarks(method="xep_0223", timeout=PATIENCE)
    assert kept["pubsub"]["items"]["item"]["bookmarks"]["conferences"][0]["jid"] == "capulets@rooms.example", kept
    await refused(nodes.get_items(account, "storage:bookmarks", timeout=PATIENCE), "not-allowed")
    # It is brought into the node of the newer protocol, though not at once.
    for _attempt in range(10 * PATIENCE):
        try:
            if ids(await juliet["xep_0060"].get_items(account, ROOMS, timeout=PATIENCE)) == ["capulets@rooms.example"]:
                break
        except IqError:
            pass
        await asyncio.sleep(0.1)
    # What is stored privately by the older protocol, too, is what is in the node of the newer one.
    other = Bookmarks()
    other.add_conference("friar@rooms.example", "Juliet")
    await juliet["xep_0048"].set_bookmarks(other, method="xep_0049", timeout=PATIENCE)
    rooms = await juliet["xep_0060"].get_items(account, ROOMS, timeout=PATIENCE)
    assert ids(rooms) == ["friar@rooms.example"], rooms
    back = await juliet["xep_0048"].get_bookmarks(method="xep_0049", timeout=PATIENCE)
    assert [it["jid"] for it in back["private"]["bookmarks"]["conferences"]] == ["friar@rooms.example"], back
