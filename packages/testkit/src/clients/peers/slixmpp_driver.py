"""Drives slixmpp by JSON lines on standard input; tells what happens by JSON lines on standard output.

Started with one argument, a JSON object: jid, password, host, port, ca (a file, or null).
Commands: {"id": 1, "do": "message" | "presence" | "roster" | "save" | "remove" | "lose" | "close", ...}; each is
answered by {"done": 1, ...} or {"done": 1, "error": "..."}. Events: {"event": "online" | "resumed" | "offline" | "stanza" | "failed"}.
"""

import asyncio
import json
import sys

from slixmpp import ClientXMPP

RECONNECT_SECONDS = 0.05


def tell(**fields):
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


class Driver(ClientXMPP):
    def __init__(self, options):
        super().__init__(options["jid"], options["password"])
        self.place = (options["host"], options["port"])
        self.closing = False
        self.ca_certs = options["ca"]
        self.register_plugin("xep_0198", {"window": 1})
        self.register_plugin("xep_0199")
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


async def read_commands(driver):
    reader = asyncio.StreamReader()
    await driver.loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        asyncio.ensure_future(driver.answer(json.loads(line)))
    driver.loop.stop()


def main():
    driver = Driver(json.loads(sys.argv[1]))
    driver.go()
    asyncio.ensure_future(read_commands(driver), loop=driver.loop)
    driver.loop.run_forever()


main()
