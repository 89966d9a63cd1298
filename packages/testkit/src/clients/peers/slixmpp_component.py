"""A component made with slixmpp, which does what components usually do by the library's own means.

Started with one argument, a JSON object: domain, secret, host, ports (taken in turn when it has to connect again). It tells what happens by JSON
lines: {"event": "online"}, {"event": "message", "from": …, "to": …, "body": …}, {"event": "answer", …}. Every message to it is answered by
`echo: …` from its recipient, every request to subscribe is granted and returned. With `manages` it answers what it is delegated of that namespace (XEP-0355),
and tells {"event": "delegated"} when it hears of it. With `server`, whose `domain` and
`certificate` (PEM) it is, it comes as XEP-0225 has it. {"ask": jid} on standard input lets it ask that address who it is.
"""

import asyncio
import json
import sys

from slixmpp import ClientXMPP
from slixmpp.componentxmpp import ComponentXMPP
from slixmpp.stanza import Iq, StreamFeatures
from slixmpp.xmlstream import ET, ElementBase, register_stanza_plugin
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

RECONNECT_SECONDS = 0.1
DELEGATION = "urn:xmpp:delegation:2"
FORWARD = "urn:xmpp:forward:0"
BINDING = "urn:xmpp:component:0"


def tell(**fields):
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


class Echo:
    def begin(self, options):
        self.places = [(options["host"], port) for port in options["ports"]]
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0199")
        self["xep_0030"].add_identity(category="gateway", itype="sms", name="Echo")
        self["xep_0030"].add_feature("jabber:iq:gateway")
        self.add_event_handler("session_start", lambda _: tell(event="online"))
        self.add_event_handler("message", self.on_message)
        self.add_event_handler("presence_subscribe", self.on_subscribe)
        self.add_event_handler("presence_available", lambda it: tell(event="available", **{"from": str(it["from"])}))
        if "manages" in options:
            self.manage(options["manages"])
        self.add_event_handler("disconnected", self.on_disconnected)
        self.add_event_handler("connection_failed", self.on_disconnected)

    def manage(self, namespace):
        for separator, kind in (("::", "server"), (":bare:", "account")):
            self["xep_0030"].add_feature(f"{namespace}#{kind}", node=f"{DELEGATION}{separator}{namespace}")
        told = MatchXPath(f"{{{self.default_ns}}}message/{{{DELEGATION}}}delegation")
        self.register_handler(Callback("delegated", told, lambda _: tell(event="delegated")))
        asked = MatchXPath(f"{{{self.default_ns}}}iq/{{{DELEGATION}}}delegation")
        self.register_handler(Callback("delegation", asked, self.on_delegation))

    def on_delegation(self, iq):
        if iq["type"] != "set":
            return
        request = iq.xml.find(f"{{{DELEGATION}}}delegation/{{{FORWARD}}}forwarded/{{jabber:client}}iq")
        delegation = ET.Element(f"{{{DELEGATION}}}delegation")
        result = ET.SubElement(ET.SubElement(delegation, f"{{{FORWARD}}}forwarded"), "{jabber:client}iq")
        result.attrib.update(type="result", id=request.get("id"), to=request.get("from"))
        if request.get("to"):
            result.set("from", request.get("to"))
        ET.SubElement(result, request[0].tag).set("from", request.get("from"))
        reply = iq.reply()
        reply.xml.append(delegation)
        reply.send()

    def on_message(self, message):
        if message["type"] == "error":
            return
        tell(event="message", **{"from": str(message["from"]), "to": str(message["to"]), "body": message["body"]})
        self.send_message(
            mto=message["from"], mfrom=message["to"], mbody="echo: " + message["body"], mtype=message["type"]
        )

    def on_subscribe(self, presence):
        user, own = presence["from"].bare, presence["to"].bare
        self.send_presence(pto=user, pfrom=own, ptype="subscribed")
        self.send_presence(pto=user, pfrom=own)
        self.send_presence(pto=user, pfrom=own, ptype="subscribe")

    def on_disconnected(self, _reason):
        self.places.append(self.places.pop(0))
        self.loop.call_later(RECONNECT_SECONDS, self.go)

    def go(self):
        self.connect(*self.next_place(), use_ssl=False)

    async def ask(self, jid):
        info = await self["xep_0030"].get_info(jid=jid, ifrom=self.boundjid.full, timeout=20)
        tell(event="answer", identities=[identity[:2] for identity in info["disco_info"]["identities"]])


class Handshake(Echo, ComponentXMPP):
    def __init__(self, options):
        super().__init__(options["domain"], options["secret"], options["host"], options["ports"][0])
        self.begin(options)

    def next_place(self):
        return self.places[0]


class HostnameBinding(ElementBase):
    name = "bind"
    namespace = BINDING
    plugin_attrib = "hostname_binding"
    interfaces = {"hostname"}
    sub_interfaces = {"hostname"}


class Sasl(Echo, ClientXMPP):
    """As XEP-0225 has it: slixmpp's client, whose name is the hostname, and which binds that."""

    def __init__(self, options):
        super().__init__(f"{options['domain']}@{options['server']['domain']}", options["secret"])
        self.hostname = options["domain"]
        self.ssl_context.load_verify_locations(cadata=options["server"]["certificate"])
        register_stanza_plugin(StreamFeatures, HostnameBinding)
        register_stanza_plugin(Iq, HostnameBinding)
        # Before a session it keeps back what isn't its own way of binding.
        self._always_send_everything = True
        self.register_feature("hostname_binding", self.on_features, restart=False, order=10000)
        self.begin(options)

    def next_place(self):
        return (self.places[0],)

    async def on_features(self, _features):
        iq = self.make_iq_set()
        iq["hostname_binding"]["hostname"] = self.hostname
        result = await iq.send()
        self.set_jid(result["hostname_binding"]["hostname"])
        self.event("session_start")


async def read_commands(component):
    reader = asyncio.StreamReader()
    await component.loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        await component.ask(json.loads(line)["ask"])
    component.loop.stop()


def main():
    options = json.loads(sys.argv[1])
    component = Sasl(options) if "server" in options else Handshake(options)
    component.go()
    reading = asyncio.ensure_future(read_commands(component), loop=component.loop)
    component.loop.run_forever()
    reading.cancel()


main()
