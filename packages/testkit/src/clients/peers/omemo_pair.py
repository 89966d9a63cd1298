"""Two people who aren't each other's contacts write what only they can read, by slixmpp-omemo (XEP-0384).

Started with one argument, a JSON object: people ({name: {jid, password}}), host, ports (of two edges), ca (a file). SSL_CERT_FILE names that file, too.
Ends with 0 when each has read the other, with both versions of the protocol published.
"""

import asyncio
import json
import sys

from omemo.storage import Just, Nothing, Storage
from slixmpp import JID, ClientXMPP
from slixmpp.plugins import register_plugin
from slixmpp_omemo import XEP_0384

PATIENCE = 60
LISTS = ("eu.siacs.conversations.axolotl.devicelist", "urn:xmpp:omemo:2:devices")
BUNDLES = "urn:xmpp:omemo:2:bundles"


class Memory(Storage):
    def __init__(self):
        super().__init__()
        self.kept = {}

    async def _load(self, key):
        return Just(self.kept[key]) if key in self.kept else Nothing()

    async def _store(self, key, value):
        self.kept[key] = value

    async def _delete(self, key):
        self.kept.pop(key, None)


class Omemo(XEP_0384):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.memory = Memory()

    @property
    def storage(self):
        return self.memory

    @property
    def _btbv_enabled(self):
        return True

    async def _devices_blindly_trusted(self, blindly_trusted, identifier):
        pass

    async def _prompt_manual_trust(self, manually_trusted, identifier):
        raise AssertionError("nobody is here to ask")


register_plugin(Omemo)


class Person(ClientXMPP):
    def __init__(self, person, resource):
        super().__init__(f"{person['jid']}/{resource}", person["password"])
        self.ready = asyncio.Event()
        self.heard = asyncio.Queue()
        self.add_event_handler("session_start", lambda _: self.send_presence())
        self.add_event_handler("omemo_initialized", lambda _: self.ready.set())
        self.add_event_handler("message", self.heard.put_nowait)
        self.register_plugin("xep_0384", module=Omemo)

    async def enter(self, world, edge):
        self.ca_certs = world["ca"]
        self.connect(world["host"], world["ports"][edge])
        await asyncio.wait_for(self.ready.wait(), PATIENCE)
        return self

    async def whisper(self, to, body):
        message = self.make_message(mto=JID(to.boundjid.bare), mbody=body, mtype="chat")
        await self["xep_0384"].refresh_device_lists({JID(to.boundjid.bare)}, True)
        encrypted, errors = await self["xep_0384"].encrypt_message(message, JID(to.boundjid.bare))
        assert encrypted is not None and not errors, errors
        encrypted.send()

    async def hear(self):
        while True:
            message = await asyncio.wait_for(self.heard.get(), PATIENCE)
            if self["xep_0384"].is_encrypted(message):
                plain, _device = await self["xep_0384"].decrypt_message(message)
                assert plain["body"] not in str(message), message
                return plain["body"]


async def main():
    world = json.loads(sys.argv[1])
    juliet = await Person(world["people"]["juliet"], "balcony").enter(world, 0)
    romeo = await Person(world["people"]["romeo"], "orchard").enter(world, 1)
    for node in (*LISTS, BUNDLES):
        items = (await juliet["xep_0060"].get_items(JID(romeo.boundjid.bare), node))["pubsub"]["items"]
        assert len(list(items)) == 1, (node, items)
    await juliet.whisper(romeo, "What's in a name?")
    assert await romeo.hear() == "What's in a name?"
    await romeo.whisper(juliet, "Call me but love")
    assert await juliet.hear() == "Call me but love"
    # A second client joins the list of devices, and the bundles of both are kept.
    desk = await Person(world["people"]["romeo"], "desk").enter(world, 0)
    bundles = (await juliet["xep_0060"].get_items(JID(romeo.boundjid.bare), BUNDLES))["pubsub"]["items"]
    assert len(list(bundles)) == 2, bundles
    await juliet.whisper(romeo, "Good night, good night!")
    assert [await romeo.hear(), await desk.hear()] == 2 * ["Good night, good night!"]
    for person in (juliet, romeo, desk):
        await person.disconnect(wait=2)


asyncio.run(main())
