import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Declaration, Entity, Module } from '@heliograph/module'
import { services } from '../services.ts'

const INSIDE = 'stands inside other requests'
const OF_MESSAGES = 'is about messages'
const OF_ROOMS = 'is done by presence and messages of rooms'
const PART = 'a part of another namespace'
const CONVERTED = 'is about what is published in other requests'
const CAPS = 'in presence and stream features, and answered under nodes of disco#info'

/** Features of disco#info in whose namespace there is no request, and why. */
const WITHOUT_REQUESTS: Readonly<Record<string, string>> = {
  'http://jabber.org/protocol/address': 'stands inside messages and presence',
  'http://jabber.org/protocol/caps': CAPS,
  'http://jabber.org/protocol/muc': OF_ROOMS,
  'http://jabber.org/protocol/muc#register': INSIDE,
  'http://jabber.org/protocol/muc#request': INSIDE,
  'http://jabber.org/protocol/muc#roomconfig': INSIDE,
  'http://jabber.org/protocol/muc#roominfo': INSIDE,
  'http://jabber.org/protocol/muc#self-ping-optimization': 'is a ping that occupants answer elsewhere',
  'http://jabber.org/protocol/muc#stable_id': OF_ROOMS,
  'http://jabber.org/protocol/rsm': INSIDE,
  'http://jabber.org/protocol/shim': OF_MESSAGES,
  'http://jabber.org/protocol/xdata-validate': INSIDE,
  'jabber:x:conference': OF_MESSAGES,
  'jabber:x:data': INSIDE,
  msgoffline: OF_MESSAGES,
  'urn:ietf:params:xml:ns:vcard-4.0': CONVERTED,
  'urn:xmpp:bookmarks-conversion:0': CONVERTED,
  'urn:xmpp:bookmarks:1#compat': CONVERTED,
  'urn:xmpp:bookmarks:1#compat-pep': CONVERTED,
  'urn:xmpp:caps': CAPS,
  'urn:xmpp:carbons:rules:0': PART,
  'urn:xmpp:delegation:2': 'is what the server asks components',
  'urn:xmpp:fulltext:0': INSIDE,
  'urn:xmpp:hats:0': 'is done by commands and presence of rooms',
  'urn:xmpp:http:upload:purpose:0#ephemeral': INSIDE,
  'urn:xmpp:http:upload:purpose:0#message': INSIDE,
  'urn:xmpp:http:upload:purpose:0#profile': INSIDE,
  'urn:xmpp:mam:2#extended': PART,
  'urn:xmpp:mam:2#groupchat-field': PART,
  'urn:xmpp:mds:server-assist:0': OF_MESSAGES,
  'urn:xmpp:message-retract:1': OF_MESSAGES,
  'urn:xmpp:message-retract:1#tombstone': OF_MESSAGES,
  'urn:xmpp:occupant-id:0': OF_ROOMS,
  'urn:xmpp:pep-vcard-conversion:0': CONVERTED,
  'urn:xmpp:reporting:1': INSIDE,
  'urn:xmpp:sid:0': OF_MESSAGES,
}

const PUBSUB = 'http://jabber.org/protocol/pubsub'
/** XEP-0060 §10: what stands in the requests of one namespace are features of their own. */
const isOperation = (feature: string, answered: ReadonlySet<string>) =>
  feature.startsWith(`${PUBSUB}#`) && answered.has(PUBSUB)

const namespaceOf = (payload: string) => payload.slice(1, payload.indexOf('}'))

/** What each entity of a service announces and handles. */
function namespaces(modules: readonly Module<unknown>[], entity: Entity) {
  return {
    announced: new Set(modules.flatMap(({ features }) => features[entity] ?? [])),
    handled: new Set(
      modules.flatMap(({ iq }) => iq.filter((it) => it.entity === entity).map(({ payload }) => namespaceOf(payload))),
    ),
  }
}

const ENTITIES = ['server', 'account', 'item', 'upload'] as const
// What edges announce are features of streams.
const ownOf = (modules: readonly Declaration[]) => modules as readonly Module<unknown>[]

for (const { name, modules = [] } of services)
  test(`${name}: what is announced has a handler, or is known to need none, and what is handled is announced`, () => {
    const [server, account] = [namespaces(ownOf(modules), 'server'), namespaces(ownOf(modules), 'account')]
    for (const entity of ENTITIES) {
      const { announced, handled } = namespaces(ownOf(modules), entity)
      // What a server announces clients may ask of their own accounts.
      const answered = entity === 'server' ? handled.union(account.handled) : handled
      for (const feature of announced)
        assert.ok(answered.has(feature) || feature in WITHOUT_REQUESTS || isOperation(feature, answered), feature)
      const told = entity === 'account' ? announced.union(server.announced) : announced
      for (const namespace of handled) assert.ok(told.has(namespace), `${entity} ${namespace}`)
    }
  })

test('no reason is given for what is announced by nobody, or handled', () => {
  const own = services.flatMap(({ modules = [] }) => ownOf(modules))
  const announced = new Set(own.flatMap(({ features }) => Object.values(features).flat()))
  const handled = new Set(own.flatMap(({ iq }) => iq.map(({ payload }) => namespaceOf(payload))))
  for (const feature of Object.keys(WITHOUT_REQUESTS))
    assert.ok(announced.has(feature) && !handled.has(feature), feature)
})
