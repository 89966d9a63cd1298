"""Drives slixmpp by JSON lines on standard input; tells what happens by JSON lines on standard output.

Started with one argument, a JSON object: jid, password, host, port, ca (a file, or null), profile, eventing (whether the plug-ins for that are loaded).
Commands: {"id": 1, "do": "message" | "presence" | "roster" | "save" | "remove" | "lose" | "close", ...}; each is
answered by {"done": 1, ...} or {"done": 1, "error": "..."}. Events: {"event": "online" | "resumed" | "offline" | "stanza" | "failed"}.
"""

import asyncio
import base64
import hashlib
import json
import sys

from slixmpp import ClientXMPP
from slixmpp.xmlstream import ET, ElementBase

RECONNECT_SECONDS = 0.05


def tell(**fields):
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


class Kept(ElementBase):
    name = "kept"
    namespace = "heliograph:test"
    plugin_attrib = "kept"
    interfaces = {"text"}
    sub_interfaces = {"text"}


class Driver(ClientXMPP):
    def __init__(self, options):
        super().__init__(options["jid"], options["password"])
        self.place = (options["host"], options["port"])
        self.closing = False
        self.ca_certs = options["ca"]
        self.register_plugin("xep_0198", {"window": 1})
        self.register_plugin("xep_0199")
        if options.get("profile"):
            for plugin in ("xep_0049", "xep_0054", "xep_0055", "xep_0153", "xep_0191"):
                self.register_plugin(plugin)
            self["xep_0049"].register(Kept)
        if options.get("eventing"):
            for plugin in ("xep_0060", "xep_0084"):
                self.register_plugin(plugin)
        self.add_event_handler("session_start", lambda _: tell(event="online", jid=self.boundjid.full))
        self.add_event_handler("session_resumed", lambda _: tell(event="resumed", jid=self.boundjid.full))
        self.add_event_handler("failed_all_auth", lambda _: tell(event="failed", reason="authentication"))
        self.add_event_handler("disconnected", self.on_disconnected)
        self.add_filter("in", self.on_stanza)

    def on_stanza(self, stanza):
        if stanza.name in ("message", "presence", "iq"):
            tell(event="stanza", xml=str(stanza))
        return stanza

    def on_disconnected(self, _reason):
        tell(event="offline")
        if not self.closing:
            self.loop.call_later(RECONNECT_SECONDS, self.go)

    def go(self):
        self.connect(self.place, disable_starttls=False, use_ssl=False)

    async def run(self, command):
        do = command["do"]
        if do == "message":
            self.send_message(mto=command["to"], mbody=command["body"], mtype="chat")
        elif do == "presence":
            self.send_presence(pto=command.get("to"), ptype=command.get("type"))
        elif do == "roster":
            result = await self.get_roster(timeout=10)
            items = result["roster"]["items"]
            return {
                "contacts": [
                    {"jid": str(jid), "subscription": item["subscription"] or "none", "name": item["name"] or None}
                    for jid, item in items.items()
                ]
            }
        elif do == "save":
            await self.update_roster(command["jid"], name=command.get("name"), timeout=10)
        elif do == "remove":
            await self.del_roster_item(command["jid"])
        elif do in PROFILE:
            return await PROFILE[do](self, command)
        elif do in EVENTING:
            return await EVENTING[do](self, command)
        elif do == "lose":
            if command.get("port"):
                self.place = (self.place[0], command["port"])
            self.transport.abort()
        elif do == "close":
            self.closing = True
            await self.disconnect(wait=2)
        return {}

    async def answer(self, command):
        try:
            tell(done=command["id"], **(await self.run(command)))
        except Exception as error:  # everything goes back to the test
            tell(done=command["id"], error=repr(error))
        if self.closing:
            self.loop.stop()


async def block(driver, command):
    await driver["xep_0191"].block(command["jid"])
    return {}


async def unblock(driver, command):
    await driver["xep_0191"].unblock(command["jid"])
    return {}


async def blocked(driver, _command):
    result = await driver["xep_0191"].get_blocked()
    return {"jids": sorted(str(jid) for jid in result["blocklist"]["items"])}


async def avatar(driver, command):
    await driver["xep_0153"].set_avatar(avatar=base64.b64decode(command["data"]), mtype="image/png", timeout=10)
    return {}


async def vcard(driver, command):
    result = await driver["xep_0054"].get_vcard(command["jid"], local=False)
    return {"photo": base64.b64encode(result["vcard_temp"]["PHOTO"]["BINVAL"]).decode()}


async def names(driver, command):
    card = driver["xep_0054"].make_vcard()
    card["N"]["FAMILY"] = command["family"]
    card["NICKNAME"] = command["nick"]
    await driver["xep_0054"].publish_vcard(card)
    return {}


async def search(driver, command):
    iq = driver["xep_0055"].make_search_iq(ito=driver.boundjid.domain)
    iq["search"]["form"].add_field("last", value=command["family"])
    result = await iq.send()
    return {"jids": sorted(str(item["jid"]) for item in result["search"]["form"].get_items())}


async def keep(driver, command):
    element = Kept()
    element["text"] = command["text"]
    await driver["xep_0049"].store(element)
    return {}


async def kept(driver, _command):
    result = await driver["xep_0049"].retrieve("kept")
    return {"text": result["private"]["kept"]["text"]}


async def publish_avatar(driver, command):
    picture = base64.b64decode(command["data"])
    info = {"id": hashlib.sha1(picture).hexdigest(), "type": "image/png", "bytes": len(picture)}
    await driver["xep_0084"].publish_avatar(picture, timeout=10)
    await driver["xep_0084"].publish_avatar_metadata(info, timeout=10)
    return {"avatar": info["id"]}


async def published_avatar(driver, command):
    read = await driver["xep_0084"].retrieve_avatar(command["jid"], command["avatar"], timeout=10)
    return {"data": base64.b64encode(read["pubsub"]["items"]["item"]["avatar_data"]["value"]).decode()}


async def publish(driver, command):
    payload = ET.fromstring(command["payload"])
    await driver["xep_0060"].publish(command["jid"], command["node"], id=command["item"], payload=payload, timeout=10)
    return {}


async def items(driver, command):
    read = await driver["xep_0060"].get_items(command["jid"], command["node"], timeout=10)
    return {"ids": sorted(item["id"] for item in read["pubsub"]["items"])}


async def subscribe(driver, command):
    await driver["xep_0060"].subscribe(command["jid"], command["node"], timeout=10)
    return {}


EVENTING = {
    "publish_avatar": publish_avatar, "published_avatar": published_avatar, "publish": publish, "items": items,
    "subscribe": subscribe,
}
PROFILE = {
    "block": block, "unblock": unblock, "blocked": blocked, "avatar": avatar, "vcard": vcard, "names": names,
    "search": search, "keep": keep, "kept": kept,
}


async def read_commands(driver):
    reader = asyncio.StreamReader()
    await driver.loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    # The loop itself holds tasks only weakly: one that nobody else holds may be collected while it waits.
    answering = set()
    while line := await reader.readline():
        task = asyncio.ensure_future(driver.answer(json.loads(line)))
        answering.add(task)
        task.add_done_callback(answering.discard)
    driver.loop.stop()


def main():
    driver = Driver(json.loads(sys.argv[1]))
    driver.go()
    reading = asyncio.ensure_future(read_commands(driver), loop=driver.loop)
    driver.loop.run_forever()
    reading.cancel()


main()
