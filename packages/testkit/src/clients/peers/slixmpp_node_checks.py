"""What slixmpp can do with nodes: checks that slixmpp_checks.py runs."""

from xml.etree import ElementTree

from slixmpp_client import PATIENCE, refused

EVENT = "{http://jabber.org/protocol/pubsub#event}"
ENTRY = "{urn:test:entry}entry"


def entry(text):
    element = ElementTree.Element(ENTRY)
    element.text = text
    return element


def ids(items):
    return [it["id"] for it in items["pubsub"]["items"]]


async def nodes(juliet, romeo, domain, **_):
    service, node = f"pubsub.{domain}", "balcony-verses"
    hers, his = juliet["xep_0060"], romeo["xep_0060"]
    about = lambda it: it.xml.find(f"{EVENT}event/*").get("node") == node
    config = juliet["xep_0004"].make_form(ftype="submit")
    config.add_field("FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/pubsub#node_config")
    config.add_field("pubsub#title", value="Verses")
    config.add_field("pubsub#notify_config", ftype="boolean", value="1")
    await hers.create_node(service, node, config=config, timeout=PATIENCE)
    listed = await his.get_nodes(service, timeout=PATIENCE)
    assert (service, node, "Verses") in listed["disco_items"]["items"], listed
    subscription = (await his.subscribe(service, node, timeout=PATIENCE))["pubsub"]["subscription"]
    assert (subscription["subscription"], subscription["jid"]) == ("subscribed", romeo.boundjid.bare), subscription
    for number in range(3):
        made = await hers.publish(service, node, id=f"verse-{number}", payload=entry(f"line {number}"), timeout=PATIENCE)
        assert made["pubsub"]["publish"]["item"]["id"] == f"verse-{number}", made
        heard = await romeo.take("pubsub_publish", about)
        item = heard["pubsub_event"]["items"]["item"]
        assert (item["id"], item["payload"].text) == (f"verse-{number}", f"line {number}"), heard
    await refused(his.publish(service, node, payload=entry("not his"), timeout=PATIENCE), "forbidden")
    read = await his.get_items(service, node, timeout=PATIENCE)
    assert ids(read) == ["verse-0", "verse-1", "verse-2"], read
    assert ids(await his.get_items(service, node, max_items=1, timeout=PATIENCE)) == ["verse-2"]
    one = await his.get_item(service, node, "verse-1", timeout=PATIENCE)
    assert [it["payload"].text for it in one["pubsub"]["items"]] == ["line 1"], one
    await hers.retract(service, node, "verse-0", notify=True, timeout=PATIENCE)
    assert (await romeo.take("pubsub_retract", about))["pubsub_event"]["items"]["retract"]["id"] == "verse-0"
    form = (await hers.get_node_config(service, node, timeout=PATIENCE))["pubsub_owner"]["configure"]["form"]
    assert form["values"]["pubsub#title"] == "Verses", form
    form["type"] = "submit"
    await hers.set_node_config(service, node, form, timeout=PATIENCE)
    await romeo.take("pubsub_config", about)
    subscribers = (await hers.get_node_subscriptions(service, node, timeout=PATIENCE))["pubsub_owner"]["subscriptions"]
    assert [it["jid"] for it in subscribers] == [romeo.boundjid.bare], subscribers
    affiliates = (await hers.get_node_affiliations(service, node, timeout=PATIENCE))["pubsub_owner"]["affiliations"]
    assert [(it["jid"], it["affiliation"]) for it in affiliates] == [(juliet.boundjid.bare, "owner")], affiliates
    await hers.purge(service, node, timeout=PATIENCE)
    await romeo.take("pubsub_purge", about)
    await his.unsubscribe(service, node, timeout=PATIENCE)
    await refused(his.unsubscribe(service, node, timeout=PATIENCE), "unexpected-request")
    await his.subscribe(service, node, timeout=PATIENCE)
    await hers.delete_node(service, node, timeout=PATIENCE)
    await romeo.take("pubsub_delete", about)
    await refused(his.get_items(service, node, timeout=PATIENCE), "item-not-found")


async def collections(juliet, romeo, domain, **_):
    service, collection, node = f"pubsub.{domain}", "balcony-all", "balcony-prose"
    hers, his = juliet["xep_0060"], romeo["xep_0060"]
    form = lambda: juliet["xep_0004"].make_form(ftype="submit")
    await hers.create_node(service, collection, config=form(), ntype="collection", timeout=PATIENCE)
    config = form()
    config.add_field("FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/pubsub#node_config")
    config.add_field("pubsub#collection", ftype="text-multi", value=collection)
    await hers.create_node(service, node, config=config, timeout=PATIENCE)
    info = (await romeo["xep_0030"].get_info(service, collection, timeout=PATIENCE))["disco_info"]
    assert ("pubsub", "collection") in [it[:2] for it in info["identities"]], info
    inside = (await romeo["xep_0030"].get_items(service, collection, timeout=PATIENCE))["disco_items"]["items"]
    assert [it[1] for it in inside] == [node], inside
    options = form()
    options.add_field("FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/pubsub#subscribe_options")
    options.add_field("pubsub#subscription_type", value="items")
    options.add_field("pubsub#subscription_depth", value="all")
    await his.subscribe(service, collection, options=options, timeout=PATIENCE)
    await hers.publish(service, node, id="line", payload=entry("by a collection"), timeout=PATIENCE)
    heard = await romeo.take("pubsub_publish", lambda it: it.xml.find(f"{EVENT}event/*").get("node") == node)
    assert heard["pubsub_event"]["items"]["item"]["payload"].text == "by a collection", heard
    assert heard["headers"] == {"Collection": collection}, heard
    await refused(hers.publish(service, collection, payload=entry("not there"), timeout=PATIENCE), "feature-not-implemented")
    await hers.delete_node(service, collection, timeout=PATIENCE)
    await romeo.take("pubsub_delete", lambda it: it.xml.find(f"{EVENT}event/*").get("node") == collection)
