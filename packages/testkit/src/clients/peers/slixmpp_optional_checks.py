"""What slixmpp can do where the server is configured for it: checks that slixmpp_checks.py runs when they are asked for."""

import asyncio
import secrets
from xml.etree import ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.stanza import StreamFeatures
from slixmpp.xmlstream import ElementBase, register_stanza_plugin
from slixmpp.xmlstream.handler import Collector, Waiter
from slixmpp.xmlstream.matcher import MatcherId, MatchXPath

from slixmpp_client import PATIENCE, saying

FULL_TEXT = "{urn:xmpp:fulltext:0}fulltext"
INVITE = "urn:xmpp:invite#invite"
PASSWORD = "water over the gunwale"


async def archive_search(juliet, romeo, **_):
    mam = romeo["xep_0313"]
    assert FULL_TEXT in (await mam.get_fields(timeout=PATIENCE)).get_fields()
    for body in ("It is the EAST, and Juliet is the sun", "See how she leans her cheek", "Arise, fair sun"):
        romeo.say(juliet.boundjid.full, body)
        await juliet.take("message", saying(body))
    for client, words, expected in (
        (romeo, "sun", ["It is the EAST, and Juliet is the sun", "Arise, fair sun"]),
        (juliet, "sun juliet", ["It is the EAST, and Juliet is the sun"]),
        (juliet, "moon", []),
    ):
        collector = Collector("found", MatchXPath("{jabber:client}message/{urn:xmpp:mam:2}result"))
        client.register_handler(collector)
        query = client.make_iq_set()
        query["mam"]["with"] = (juliet if client is romeo else romeo).boundjid.bare
        query["mam"]["form"].add_field(var=FULL_TEXT, ftype="text-single", value=words)
        await query.send(timeout=PATIENCE)
        found = [it["mam_result"]["forwarded"]["message"]["body"] for it in collector.stop()]
        assert found == expected, (words, found)


class TokenFeature(ElementBase):
    name = "register"
    namespace = "urn:xmpp:ibr-token:0"
    plugin_attrib = "ibr_token"
    interfaces = set()


class Guest(ClientXMPP):
    """Somebody without an account and with an invitation (XEP-0445)."""

    def __init__(self, world, token):
        self.name = f"guest-{secrets.token_hex(4)}"
        super().__init__(f"{self.name}@{world['domain']}", PASSWORD)
        self.token, self.answers, self.ca_certs = token, [], world["ca"]
        register_stanza_plugin(StreamFeatures, TokenFeature)
        self.register_feature("ibr_token", self.register, restart=False, order=50)

    async def register(self, features):
        if "mechanisms" in self.features:
            return False
        fields = f"<username>{self.name}</username><password>{PASSWORD}</password>"
        for payload in (
            f"<preauth xmlns='urn:xmpp:pars:0' token='{self.token}'/>", f"<query xmlns='jabber:iq:register'>{fields}</query>",
        ):
            # The library holds back IQs until there is a session, those of its own XEP-0077 too.
            waiter = Waiter("answer", MatcherId(f"early-{len(self.answers)}"))
            self.register_handler(waiter)
            self.send_raw(f"<iq type='set' id='early-{len(self.answers)}' to='{self.boundjid.domain}'>{payload}</iq>")
            self.answers.append((await waiter.wait(timeout=PATIENCE))["type"])
        return False


async def invitation(inviter, domain):
    form = (await inviter["xep_0050"].send_command(domain, INVITE))["command"]["form"]
    uri = form.get_values()["uri"]
    assert uri.startswith(f"xmpp:{inviter.boundjid.bare}?"), uri
    return uri.split("preauth=")[1].split(";")[0]


async def invitations(juliet, romeo, domain, world, **_):
    offered = {node for _, node, _ in (await juliet["xep_0050"].get_commands(domain))["disco_items"]["items"]}
    assert INVITE in offered, offered
    # Neither of them does more for it: the library's own way of agreeing to everything is off.
    juliet.auto_authorize = romeo.auto_authorize = None
    request = romeo.make_presence(pto=juliet.boundjid.bare, ptype="subscribe")
    request.append(ET.Element("{urn:xmpp:pars:0}preauth", {"token": await invitation(juliet, domain)}))
    request.send()
    await romeo.take("got_online", lambda it: it["from"] == juliet.boundjid)

    guest = Guest(world, await invitation(romeo, domain))
    started = Waiter("session", MatchXPath("{jabber:client}iq/{urn:ietf:params:xml:ns:xmpp-bind}bind"))
    guest.register_handler(started)
    guest.connect((world["host"], world["ports"][1]), disable_starttls=False, use_ssl=False)
    await started.wait(timeout=PATIENCE)
    assert guest.answers == ["result", "result"], guest.answers
    # The inviter's side answers when it answers; what changes is pushed, and a second request of the same version finds nothing new.
    await guest.get_roster(timeout=PATIENCE)
    for _attempt in range(10 * PATIENCE):
        if guest.client_roster[romeo.boundjid.bare]["subscription"] in ("to", "both"):
            break
        await asyncio.sleep(0.1)
    else:
        raise AssertionError(f"never on the roster: {guest.client_roster}")
    await guest.disconnect(wait=2)
