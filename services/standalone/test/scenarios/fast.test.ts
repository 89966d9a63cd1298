/** AUTH-06, AUTH-08: a client comes back with a token, at any edge, until somebody ends that. */
import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { bothModes, loginPeer, type Person, RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { enter, errorOf } from '../support/actor.ts'
import { commandOf, commandStep, NS_FORMS, noteOf } from '../support/commands.ts'
import { control } from '../support/control.ts'
import { agentXml, authenticate2, bindXml, exchange } from '../support/sasl2.ts'

const scenario = await bothModes()
const FAST = "xmlns='urn:xmpp:fast:0'"
const NONE = 'HT-SHA-256-NONE'
const EXPORTER = 'HT-SHA-256-EXPR'

interface Visit {
  readonly edge: number
  readonly token: string
  readonly mechanism?: string
  readonly inside?: string
  readonly attributes?: string
}

/** Logs in with a password, and asks for a token. */
async function tokenFor(site: Site, person: Person, agent: string, mechanism = NONE): Promise<string> {
  const inside = `${agent}${bindXml()}<request-token ${FAST} mechanism='${mechanism}'/>`
  const { client, answer } = await authenticate2(site.at(0, 'tls'), person, inside)
  await client.close()
  const token = answer.getChild('token', 'urn:xmpp:fast:0')
  assert.ok(Date.parse(token?.attrs.expiry ?? '') > Date.now())
  return token?.attrs.token ?? ''
}

/** Comes with a token; the server\u2019s answer. */
async function visit(site: Site, person: Person, visit: Visit): Promise<Element> {
  const { edge, token, mechanism = NONE, inside = '', attributes = '' } = visit
  await using client = await RawClient.connect(site.at(edge, 'tls'))
  await client.open()
  const binding =
    mechanism === EXPORTER ? client.tls!.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)) : ''
  const hash = (role: string) => createHmac('sha256', token).update(role).update(binding).digest()
  const proof = Buffer.concat([Buffer.from(`${person.user}\0`), hash('Initiator')]).toString('base64')
  const answer = await exchange(client, mechanism, proof, `${inside}<fast ${FAST}${attributes}/>`)
  if (answer.name === 'success')
    assert.equal(answer.getChildText('additional-data'), hash('Responder').toString('base64'))
  await client.close()
  return answer
}

const conditionOf = (answer: Element) =>
  answer.name === 'failure' ? (answer.children[0] as Element).name : answer.name

for (const mechanism of [NONE, EXPORTER])
  scenario(`a token for ${mechanism} from one edge opens the other, with a session`, async (site) => {
    const alice = await site.person('alice')
    const agent = agentXml(randomUUID())
    const token = await tokenFor(site, alice, agent, mechanism)
    for (const edge of [1, 0]) {
      const answer = await visit(site, alice, { edge, token, mechanism, inside: agent + bindXml('App') })
      assert.ok(answer.getChildText('authorization-identifier')?.startsWith(`${alice.jid}/App/`), `${answer}`)
    }
  })

scenario('a token is its owner\u2019s, on his device, for its mechanism', async (site) => {
  const [alice, mallory] = [await site.person('alice'), await site.person('mallory')]
  const agent = agentXml(randomUUID())
  const token = await tokenFor(site, alice, agent)
  const attempts: readonly (readonly [Person, Partial<Visit>])[] = [
    [mallory, { inside: agent }],
    [alice, { inside: agentXml(randomUUID()) }],
    [alice, { inside: agent, mechanism: EXPORTER }],
    [alice, { inside: agent, token: 'guessed' }],
  ]
  for (const [person, attempt] of attempts)
    assert.equal(conditionOf(await visit(site, person, { edge: 1, token, ...attempt })), 'not-authorized')
  assert.equal(conditionOf(await visit(site, alice, { edge: 1, token, inside: agent })), 'success')
})

scenario('what was sent once is no good again, where the client counts', async (site) => {
  const alice = await site.person('alice')
  const agent = agentXml(randomUUID())
  const token = await tokenFor(site, alice, agent)
  const come = async (edge: number, count: number) =>
    conditionOf(await visit(site, alice, { edge, token, inside: agent, attributes: ` count='${count}'` }))
  assert.equal(await come(0, 1), 'success')
  assert.equal(await come(1, 1), 'not-authorized')
  assert.equal(await come(1, 2), 'success')
})

scenario('it ends with another password, and when its client gives it up', async (site) => {
  const alice = await site.person('alice')
  const agent = agentXml(randomUUID())
  const given = await tokenFor(site, alice, agent)
  const attributes = " invalidate='true'"
  assert.equal(conditionOf(await visit(site, alice, { edge: 1, token: given, inside: agent, attributes })), 'success')
  assert.equal(conditionOf(await visit(site, alice, { edge: 0, token: given, inside: agent })), 'not-authorized')
  const token = await tokenFor(site, alice, agent)
  await setPassword(site, alice)
  assert.equal(conditionOf(await visit(site, alice, { edge: 1, token, inside: agent })), 'not-authorized')
})

/** What the user is told of each client, by its name. */
async function clientsOf(client: RawClient): Promise<Map<string, Record<string, string>>> {
  const form = commandOf(await commandStep(client, { node: 'list-clients' })).getChild('x', NS_FORMS)
  const items = (form?.getChildren('item') ?? []) as Element[]
  const facts = items.map((item) =>
    Object.fromEntries(
      item.getChildren('field').map((field) => [field.attrs.var ?? '', field.getChildText('value') ?? '']),
    ),
  )
  return new Map(facts.map((each) => [each.client ?? '', each]))
}

scenario('alice sees who may come back with a token, and ends a lost phone with session and token', async (site) => {
  const alice = await site.person('alice')
  const [phone, tablet] = [agentXml(randomUUID()), agentXml(randomUUID())]
  const token = await tokenFor(site, alice, phone)
  const left = await tokenFor(site, alice, tablet)
  const { client: lost, answer } = await authenticate2(site.at(1, 'tls'), alice, phone + bindXml('App'))
  const name = answer.getChildText('authorization-identifier')?.split('/').slice(1).join('/') ?? ''
  await using desk = await enter(site, alice, { resource: 'desk', edge: 0 })
  const clients = await clientsOf(desk)
  const [offline] = [...clients.values()].filter(({ state }) => state === 'offline')
  assert.equal(clients.size, 3)
  assert.deepEqual([clients.get(name)?.state, clients.get(name)?.device], ['online', 'test'])
  assert.ok(Date.parse(clients.get(name)?.token ?? '') > Date.now())
  assert.deepEqual([offline?.software, offline?.own, clients.get('desk')?.token], ['scenario', 'false', ''])
  // What it calls itself by is half of what lets it in.
  assert.doesNotMatch(JSON.stringify([...clients.values()]), new RegExp(/id='([^']+)'/.exec(tablet)?.[1] ?? ''))

  const end = async (client: string) => {
    const node = 'end-client'
    const { sessionid } = commandOf(await commandStep(desk, { node })).attrs
    commandOf(await commandStep(desk, { node, sessionid, action: 'next', fields: { client } }))
    const fields = { confirm: 'true' }
    return noteOf(commandOf(await commandStep(desk, { node, sessionid, action: 'complete', fields })))
  }
  assert.match(await end(name), /session and token was ended/)
  await lost.ended
  for (const edge of [0, 1])
    assert.equal(conditionOf(await visit(site, alice, { edge, token, inside: phone })), 'not-authorized')
  assert.match(await end(offline?.client ?? ''), /client’s token was ended/)
  assert.equal(conditionOf(await visit(site, alice, { edge: 1, token: left, inside: tablet })), 'not-authorized')
  assert.deepEqual([...(await clientsOf(desk)).keys()], ['desk'])
})

scenario(
  'by XEP-0494: clients are listed, and one is ended with its tokens, though it knows the password',
  async (site) => {
    const alice = await site.person('alice')
    const phone = agentXml(randomUUID())
    const token = await tokenFor(site, alice, phone)
    const { client: lost, answer } = await authenticate2(site.at(1, 'tls'), alice, phone + bindXml('App'))
    const id = answer.getChildText('authorization-identifier')?.split('/').slice(1).join('/') ?? ''
    await using desk = await enter(site, alice, { resource: 'desk', edge: 0 })
    const NS_CAM = 'urn:xmpp:cam:0'
    const list = async () => {
      const listed = await desk.request(`<iq type='get' id='l'><list xmlns='${NS_CAM}'/></iq>`)
      return (listed.getChild('clients', NS_CAM)?.getChildren('client') ?? []) as Element[]
    }
    const clients = new Map((await list()).map((client) => [client.attrs.id, client]))
    const known = clients.get(id)
    assert.deepEqual([...clients.keys()].sort(), [id, 'desk'].sort())
    assert.deepEqual(
      known
        ?.getChild('auth')
        ?.getChildElements()
        .map((each) => each.name),
      ['password', 'fast'],
    )
    assert.equal(known?.getChild('user-agent')?.getChildText('device'), 'test')
    assert.deepEqual([known?.attrs.connected, known?.attrs.type], ['true', 'session'])
    assert.equal(known?.getChild('permission')?.attrs.status, 'unrestricted')
    const revoke = async (attributes: string) =>
      desk.request(`<iq type='set' id='r'><revoke xmlns='${NS_CAM}'${attributes}/></iq>`)
    assert.equal(errorOf(await revoke('')), 'modify/bad-request')
    assert.equal(errorOf(await revoke(" id='nobody'")), 'cancel/item-not-found')
    assert.equal(errorOf(await revoke(" id='desk'")), 'cancel/not-allowed')
    const ended = await revoke(` id='${id}'`)
    assert.equal(errorOf(ended), 'cancel/service-unavailable')
    assert.ok(ended.getChild('error')?.getChild('password-reset-required', NS_CAM))
    await lost.ended
    assert.equal(conditionOf(await visit(site, alice, { edge: 1, token, inside: phone })), 'not-authorized')
    assert.equal((await list()).length, 1)
  },
)

for (const [name, transport] of [
  ['TLS', 'c2s'],
  ['a WebSocket', 'https'],
] as const)
  scenario(`@xmpp/client comes back over ${name} with its token, and falls back when that is no good`, async (site) => {
    const romeo = await site.person('romeo')
    const portsOf = (edge: number) => ({ [transport]: site.edge(edge)[transport] })
    const place = { ports: portsOf(1), domain: site.domain, ca: site.certificate }
    await using peer = await loginPeer('@xmpp/client', { ...place, ...romeo, resource: 'orchard' })
    assert.notEqual(await mechanismOf(site, romeo), NONE)
    await peer.loseConnection(portsOf(0))
    assert.equal(await mechanismOf(site, romeo), NONE)
    await setPassword(site, romeo)
    // The password is what it was, but its tokens have ended.
    await peer.loseConnection(portsOf(1))
    assert.notEqual(await mechanismOf(site, romeo), NONE)
    assert.equal(peer.resumptions, 2)
  })

async function setPassword(site: Site, { jid, password }: Person): Promise<void> {
  const { code, errors } = await control(site, ['users', 'password', jid, '--force'], `${password}\n`)
  assert.equal(code, 0, errors)
}

async function mechanismOf(site: Site, { jid }: Person): Promise<string | undefined> {
  const { data } = await control(site, ['sessions', jid])
  const { sessions } = data as { readonly sessions: readonly { readonly mechanism: string }[] }
  assert.equal(sessions.length, 1)
  return sessions[0]?.mechanism
}
