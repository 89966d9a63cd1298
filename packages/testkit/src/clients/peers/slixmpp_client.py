"""A slixmpp client for checks, and what they are written with."""

import asyncio
from importlib.util import find_spec

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError

PATIENCE = 30
PLUGINS = (
    "xep_0004", "xep_0012", "xep_0030", "xep_0033", "xep_0045", "xep_0047", "xep_0048", "xep_0050", "xep_0059", "xep_0060",
    "xep_0077", "xep_0080", "xep_0084", "xep_0085", "xep_0092", "xep_0107", "xep_0108", "xep_0115", "xep_0118", "xep_0131", "xep_0163", "xep_0172",
    "xep_0184", "xep_0198", "xep_0199", "xep_0202", "xep_0203", "xep_0222", "xep_0223", "xep_0280", "xep_0308", "xep_0313",
    "xep_0333", "xep_0334", "xep_0352", "xep_0359", "xep_0441",
    *(["xep_0363"] if find_spec("aiohttp") else []),
)


class Client(ClientXMPP):
    """A client that keeps what its events brought until it is waited for."""

    def __init__(self, world, name, resource, edge=0, password=None):
        person = world["people"][name]
        super().__init__(f"{person['jid']}/{resource}", password or person["password"])
        self.place = (world["host"], world["ports"][edge])
        self.ca_certs = world["ca"]
        self.seen = {}
        self.arrived = asyncio.Condition()
        for plugin in PLUGINS:
            self.register_plugin(plugin)
        self["xep_0047"].auto_accept = True
        for event in (
            "session_start", "message", "carbon_received", "carbon_sent", "chatstate", "receipt_received", "message_correction",
            "marker_displayed", "ibb_stream_start", "got_online", "got_offline", "changed_status", "disconnected",
            "groupchat_message", "groupchat_subject", "groupchat_invite", "groupchat_decline", "groupchat_presence",
            "pubsub_publish", "pubsub_retract", "pubsub_purge", "pubsub_delete", "pubsub_config",
        ):
            self.add_event_handler(event, lambda it, event=event: self.note(event, it))

    def note(self, event, it):
        self.seen.setdefault(event, []).append(it)
        asyncio.ensure_future(self.tell_waiters())

    async def tell_waiters(self):
        async with self.arrived:
            self.arrived.notify_all()

    async def take(self, event, matches=lambda _: True):
        """The first of these that matches; it is gone then."""
        async def found():
            async with self.arrived:
                while True:
                    for it in self.seen.get(event, []):
                        if matches(it):
                            self.seen[event].remove(it)
                            return it
                    await self.arrived.wait()
        try:
            return await asyncio.wait_for(found(), PATIENCE)
        except asyncio.TimeoutError:
            raise AssertionError(f"{self.boundjid.full} saw no {event}; it saw {[str(it) for it in self.seen.get(event, [])]}")

    def count(self, event, matches=lambda _: True):
        return len([it for it in self.seen.get(event, []) if matches(it)])

    async def enter(self):
        self.connect(self.place, disable_starttls=False, use_ssl=False)
        await self.take("session_start")
        await self.get_roster()
        await self["xep_0115"].update_caps(broadcast=False)
        self.send_presence()
        return self

    async def leave(self):
        await self.disconnect(wait=2)

    def say(self, to, body):
        message = self.make_message(mto=to, mbody=body, mtype="chat")
        message["id"] = self.new_id()
        message.send()
        return message["id"]

    async def settle(self):
        """What was sent before has been dealt with, and what that brought back has come."""
        await self["xep_0199"].send_ping(self.boundjid.bare, timeout=PATIENCE)


def saying(body):
    return lambda message: message["body"] == body


def inner(kind, body):
    return lambda message: message[kind]["body"] == body


async def refused(request, condition):
    try:
        await request
    except IqError as error:
        assert error.condition == condition, error.condition
    else:
        raise AssertionError(f"not refused with {condition}")


def hold_tasks():
    """The loop holds tasks only weakly, and the library doesn't hold its own: one that waits could be collected."""
    held = set()
    def factory(loop, coroutine, **options):
        task = asyncio.Task(coroutine, loop=loop, **options)
        held.add(task)
        task.add_done_callback(held.discard)
        return task
    asyncio.get_running_loop().set_task_factory(factory)
