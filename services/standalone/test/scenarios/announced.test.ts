/** What modules declare is what the running server announces and answers. That nothing is declared in vain is in src/capabilities. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Entity, Module } from '@heliograph/module'
import { bothModes, RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { services } from '../../src/services.ts'
import { bareOf, errorOf, newcomer, settle } from '../support/actor.ts'
import { handlersOf, nonsenseFor } from '../support/nonsense.ts'
import { freshNode, makeNode } from '../support/pubsub.ts'
import { freshRoom, makeRoom } from '../support/room.ts'

const dir = await mkdtemp(join(tmpdir(), 'hg-announced-'))
after(() => rm(dir, { recursive: true, force: true }))

/** Everything that has to be switched on to be there. */
const scenario = await bothModes({
  counts: { edge: 1, session: 1, fanout: 1, muc: 1, pubsub: 1, gateway: 1 },
  config: {
    archive: { search: true },
    userSearch: 'ownDomain',
    externalServices: { services: [{ type: 'stun', host: 'stun.example', port: 3478, transport: 'udp' }] },
    uploads: {
      store: 'directory',
      directory: join(dir, 'files'),
      directoryShared: true,
      publicUrl: 'https://upload.localhost',
      secret: 'the same at all instances',
    },
    registration: { open: 'always' },
    components: [
      {
        domains: ['delegate.example'],
        password: 'one of its own',
        delegations: [{ namespace: 'urn:example:delegated' }],
      },
    ],
    rooms: { questions: [{ question: 'Where do we lay our scene?', answers: ['Verona'] }] },
  },
})

const INFO = 'http://jabber.org/protocol/disco#info'
let ids = 0

/** Features of streams, before and after authentication, and where they are specified. */
const STREAM_FEATURES: Readonly<Record<string, string>> = {
  'http://jabber.org/features/iq-register': 'XEP-0077',
  'http://jabber.org/protocol/caps': 'XEP-0115',
  'urn:ietf:params:xml:ns:xmpp-bind': 'RFC 6120',
  'urn:ietf:params:xml:ns:xmpp-sasl': 'RFC 6120',
  // RFC 3921; RFC 6121 has it no more, and lets servers offer it.
  'urn:ietf:params:xml:ns:xmpp-session': 'RFC 6121',
  'urn:ietf:params:xml:ns:xmpp-tls': 'RFC 6120',
  'urn:xmpp:caps': 'XEP-0390',
  'urn:xmpp:csi:0': 'XEP-0352',
  'urn:xmpp:features:pre-approval': 'RFC 6121',
  'urn:xmpp:features:rosterver': 'RFC 6121',
  'urn:xmpp:ibr-token:0': 'XEP-0445',
  'urn:xmpp:sasl-cb:0': 'XEP-0440',
  'urn:xmpp:sasl:2': 'XEP-0388',
  'urn:xmpp:sm:3': 'XEP-0198',
  'urn:xmpp:stream-limits:0': 'XEP-0478',
}

const ask = (client: RawClient, type: 'get' | 'set', to: string, payload: string) =>
  client.request(`<iq type='${type}' id='announced-${ids++}' to='${to}'>${payload}</iq>`)

async function featuresOf(client: RawClient, to: string): Promise<string[]> {
  const query = (await ask(client, 'get', to, `<query xmlns='${INFO}'/>`)).getChild('query', INFO)
  return (query?.getChildren('feature') ?? []).map(({ attrs }) => attrs.var ?? '').sort()
}

const modulesOf = (service: string) =>
  (services.find(({ name }) => name === service)?.modules ?? []) as readonly Module<unknown>[]

/** The entities of a site that can be asked: whose they are, and where. */
function entitiesOf(site: Site, client: RawClient): { service: string; entity: Entity; address: string }[] {
  return [
    { service: 'session', entity: 'server', address: site.domain },
    { service: 'session', entity: 'account', address: bareOf(client.jid) },
    { service: 'session', entity: 'upload', address: `upload.${site.domain}` },
    { service: 'muc', entity: 'server', address: `conference.${site.domain}` },
    { service: 'pubsub', entity: 'server', address: `pubsub.${site.domain}` },
  ]
}

const namespaceOf = (payload: string) => payload.slice(1, payload.indexOf('}'))

scenario('an entity announces what is declared for it, nothing else', async (site) => {
  await using anna = await newcomer(site, 'anna')
  for (const { service, entity, address } of entitiesOf(site, anna)) {
    const declared = new Set(modulesOf(service).flatMap(({ features }) => features[entity] ?? []))
    assert.deepEqual(await featuresOf(anna, address), [...declared].sort(), address)
  }
})

scenario('whatever has a handler answers, and is announced', async (site) => {
  await using anna = await newcomer(site, 'anna')
  const ofServer = await featuresOf(anna, site.domain)
  for (const { service, entity, address } of entitiesOf(site, anna)) {
    const features = [...(await featuresOf(anna, address)), ...(entity === 'account' ? ofServer : [])]
    for (const { type, payload } of handlersOf(service, entity)) {
      const [namespace, name] = [namespaceOf(payload), payload.slice(payload.indexOf('}') + 1)]
      assert.ok(features.includes(namespace), `${address} does not announce ${namespace}`)
      const error = errorOf(await ask(anna, type, address, `<${name} xmlns='${namespace}'/>`))
      assert.doesNotMatch(
        error ?? '',
        /service-unavailable|feature-not-implemented/,
        `${type} ${payload} to ${address}`,
      )
    }
  }
})

scenario('no request is so wrong that more than an error comes back: of strangers, users and owners', async (site) => {
  await using anna = await newcomer(site, 'anna')
  await using stranger = await newcomer(site, 'stranger')
  const [room, node] = [freshRoom(site), freshNode()]
  const entities = [
    ...entitiesOf(site, anna),
    { service: 'muc', entity: 'item' as const, address: room },
    { service: 'pubsub', entity: 'item' as const, address: `pubsub.${site.domain}` },
    { service: 'session', entity: 'nobody' as const, address: `nobody-at-all@${site.domain}` },
  ]
  for (const client of [stranger, anna]) {
    if (client === anna) {
      await makeRoom(anna, room, 'anna')
      await makeNode(anna, node)
    }
    const bother = async ({ service, entity, address }: (typeof entities)[number]): Promise<void> => {
      for (const handler of handlersOf(service, entity)) {
        const requests = nonsenseFor(handler).map((xml) => xml.replaceAll("node=''", `node='${node}'`))
        const answers = await Promise.all(requests.map((xml) => ask(client, handler.type, address, xml)))
        for (const [i, answer] of answers.entries())
          assert.doesNotMatch(
            errorOf(answer) ?? '',
            /internal-server-error|undefined-condition/,
            `${handler.type} to ${address}: ${requests[i]!.slice(0, 300)}`,
          )
      }
    }
    await Promise.all(entities.map(bother))
    await settle(client)
  }
})

scenario('each feature of a stream belongs to a declared specification', async (site) => {
  const declared = new Set(
    services.flatMap(({ modules = [] }) =>
      modules.flatMap(({ rfcs, xeps }) => [
        ...rfcs.map(({ number }) => `RFC ${number}`),
        ...xeps.map(({ number }) => `XEP-${number}`),
      ]),
    ),
  )
  const person = await site.person('anna')
  const seen = new Set<string>()
  const note = (features: Element | undefined) => {
    for (const feature of (features?.children ?? []) as Element[]) seen.add(feature.getNS() ?? '')
  }
  await using client = await RawClient.connect(site.at(0))
  note(await client.openStream())
  await using other = await RawClient.connect(site.at(0))
  note(await other.open())
  await other.authenticate(person)
  note(other.features)
  for (const namespace of seen) {
    const specification = STREAM_FEATURES[namespace]
    assert.ok(specification !== undefined && declared.has(specification), `${namespace}: ${specification}`)
  }
})
