import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { onGet, Registry, reply } from '@heliograph/module'
import { NS } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { OwnCapabilities } from '../capabilities/own-capabilities.ts'
import { NestedInfo } from './nested-info.ts'

const component = ensureDomain('pubsub.capulet.example')
const delegations = new Map([[NS.pubsub as string, { component, attributes: [] }]])
const registry = new Registry([
  {
    ...{
      name: 'pep',
      rfcs: [],
      xeps: [],
      features: { account: [NS.pubsub, `${NS.pubsub}#auto-create`, NS.avatarConversion] },
    },
    iq: [onGet('account', `{${NS.pubsub}}pubsub`, () => reply())],
  },
  { name: 'ping', rfcs: [], xeps: [], features: { account: ['urn:xmpp:ping'], server: ['urn:xmpp:ping'] }, iq: [] },
])

const said = (what: string, node = `urn:xmpp:delegation:2:bare:${NS.pubsub}`, from: string = component) =>
  Buffer.from(
    `<iq xmlns='jabber:client' type='result' id='1' from='${from}'><query xmlns='${NS.discoInfo}' node='${node}'>${what}</query></iq>`,
  )
const PUBLISH = `<identity category='pubsub' type='pep'/><feature var='${NS.pubsub}#publish'/>`

function world() {
  const nested = new NestedInfo(delegations, registry, silentTelemetry().log)
  const account = () => new OwnCapabilities('account', registry, [], (info) => nested.into('account', info))
  const server = () => new OwnCapabilities('server', registry, [], (info) => nested.into('server', info))
  return { nested, account, server }
}

test('what a component can do is said in the place of what the server could', () => {
  const { nested, account, server } = world()
  assert.deepEqual(account().info.features, ['urn:xmpp:ping'], 'before it has said anything')
  nested.learn(said(PUBLISH))
  assert.deepEqual(account().info.features, [`${NS.pubsub}#publish`, 'urn:xmpp:ping'])
  assert.deepEqual(
    account().info.identities.map(({ category, type }) => [category, type]),
    [
      ['account', 'registered'],
      ['pubsub', 'pep'],
    ],
  )
  assert.deepEqual(server().info.features, ['urn:xmpp:ping'], 'that is said at a node of its own')
  nested.learn(said(`<feature var='${NS.pubsub}'/>`, `urn:xmpp:delegation:2::${NS.pubsub}`))
  assert.deepEqual(server().info.features, [NS.pubsub, 'urn:xmpp:ping'])
})

test('what others say, or what has no hash, changes nothing; the same once more is nothing new', () => {
  const { nested } = world()
  nested.learn(said(PUBLISH))
  const { version } = nested
  nested.learn(said(PUBLISH))
  nested.learn(said('', undefined, 'paris.example'))
  nested.learn(said(PUBLISH, 'urn:xmpp:delegation:2::jabber:iq:roster'))
  nested.learn(said(`<feature var='a'/><feature var='a'/>`))
  nested.learn(said(`<odd xmlns='urn:odd'/>`))
  assert.equal(nested.version, version)
})

test('who asks under an earlier hash is told what has that hash', () => {
  const { nested, account } = world()
  const before = account()
  nested.learn(said(PUBLISH))
  const after = account()
  after.follow(before)
  const node = ({ hashes }: OwnCapabilities) => `${hashes.node}#${hashes.ver}`
  assert.equal(after.under(node(before)), before.info)
  assert.equal(after.under(node(after)), after.info)
  assert.equal(before.under(node(after)), undefined)
})
