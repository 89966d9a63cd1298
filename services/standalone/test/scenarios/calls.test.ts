/** AV-03, AV-05..08: what people need to call each other and to send files directly: signalling that arrives as it was sent, relays. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { bothModes, type RawClient, type Site } from '@heliograph/testkit'
import { type Element, parseDocument } from '@heliograph/xml'
import { bareOf, enter, errorOf, newcomer, settle, together } from '../support/actor.ts'
import { readArchive } from '../support/archive.ts'

const SECRET = 'shared with the TURN server'
const JINGLE = 'urn:xmpp:jingle:1'
const JMI = 'urn:xmpp:jingle-message:0'
const IBB = 'http://jabber.org/protocol/ibb'
const EXTDISCO = 'urn:xmpp:extdisco:2'

const scenario = await bothModes({
  counts: { fanout: 1, muc: 1, pubsub: 1, gateway: 1 },
  config: {
    externalServices: {
      services: [
        { type: 'stun', host: 'stun.example', port: 3478, transport: 'udp' },
        { type: 'turn', host: '192.0.2.1', port: 3478, transport: 'udp' },
        { type: 'turns', host: 'turn.example', port: 5349, transport: 'tcp' },
      ],
      secret: SECRET,
      credentialSeconds: 600,
    },
  },
})

/** Two people at different edges. */
async function pair(site: Site) {
  return together({
    romeo: await newcomer(site, 'romeo', { edge: 0 }),
    juliet: await newcomer(site, 'juliet', { edge: 1 }),
  })
}

const canonical = (xml: string) => parseDocument(xml).element.toString()

let ids = 0

/** Sends an IQ set from client to client, who answers it; both must arrive with nothing changed but the addresses. */
async function exchange(from: RawClient, to: RawClient, payload: string): Promise<void> {
  const id = `call-${ids++}`
  from.send(`<iq type='set' id='${id}' to='${to.jid}'>${payload}</iq>`)
  const request = await to.expect(({ name, attrs }) => name === 'iq' && attrs.id === id)
  assert.deepEqual(request.attrs.from, from.jid)
  assert.deepEqual(request.children.map(String), [canonical(payload)])
  to.send(`<iq type='result' id='${id}' to='${from.jid}'/>`)
  const result = await from.expect(({ name, attrs }) => name === 'iq' && attrs.id === id)
  assert.deepEqual([result.attrs.type, result.attrs.from, result.children], ['result', to.jid, []])
}

const VOICE = `<content creator='initiator' name='voice' senders='both'>
  <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>
    <payload-type id='111' name='opus' clockrate='48000' channels='2'><parameter name='useinbandfec' value='1'/>
      <rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='transport-cc'/></payload-type><rtcp-mux/>
  </description>
  <transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='8hhy' pwd='asd88fgpdd777uzjYhagZg'>
    <fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass'>02:1A:CC:54</fingerprint>
    <candidate component='1' foundation='1' generation='0' id='el0747fg11' ip='2001:db8::9:1' network='1' port='8998' priority='2130706431' protocol='udp' type='host'/>
  </transport></content>`

const FILE = `<content creator='initiator' name='a-file-offer' senders='initiator'>
  <description xmlns='urn:xmpp:jingle:apps:file-transfer:5'><file><name>vérone &amp; &lt;co&gt;.txt</name><size>1022</size>
    <hash xmlns='urn:xmpp:hashes:2' algo='sha-1'>w0mcJylzCn+AfvuGdqkty2+KP48=</hash></file></description>
  <transport xmlns='urn:xmpp:jingle:transports:ibb:1' block-size='4096' sid='ch3d9s71'/></content>`

function jingle(action: string, from: RawClient, inside: string): string {
  return `<jingle xmlns='${JINGLE}' action='${action}' initiator='${from.jid}' sid='a73sjjvkla37jfea'>${inside}</jingle>`
}

for (const [what, content] of [
  ['a call', VOICE],
  ['a file offer', FILE],
] as const) {
  scenario(`${what} is set up and ended between two clients at two edges`, async (site) => {
    using people = await pair(site)
    const { romeo, juliet } = people
    await exchange(romeo, juliet, jingle('session-initiate', romeo, content))
    await exchange(juliet, romeo, jingle('transport-info', romeo, content))
    await exchange(juliet, romeo, jingle('session-accept', romeo, content))
    await exchange(
      romeo,
      juliet,
      jingle('session-terminate', romeo, '<reason><success/><text>à bientôt</text></reason>'),
    )
  })
}

scenario('signalling to a client that is gone comes back to its sender', async (site) => {
  using people = await pair(site)
  const id = `call-${ids++}`
  const { romeo, juliet } = people
  const payload = jingle('session-initiate', romeo, VOICE)
  const answer = await romeo.request(`<iq type='set' id='${id}' to='${bareOf(juliet.jid)}/gone'>${payload}</iq>`)
  assert.equal(errorOf(answer), 'cancel/service-unavailable')
})

scenario('a proposed call rings at every client, and both archives tell how it went', async (site) => {
  const [caller, callee] = [await site.person('romeo'), await site.person('juliet')]
  using people = together({
    romeo: await enter(site, caller, { edge: 0 }),
    phone: await enter(site, callee, { edge: 1 }),
    desk: await enter(site, callee, { edge: 0 }),
  })
  const { romeo, phone, desk } = people
  const id = `c${ids++}`
  const step = (name: string, inside = '') => `<${name} xmlns='${JMI}' id='${id}'>${inside}</${name}>`
  const tell = (from: RawClient, to: string, payload: string) =>
    from.send(`<message type='chat' to='${to}'>${payload}<store xmlns='urn:xmpp:hints'/></message>`)
  const hears = (client: RawClient, name: string) =>
    client.expect((it) => it.name === 'message' && it.getChild(name, JMI)?.attrs.id === id)
  const proposal = step('propose', `<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>`)
  tell(romeo, callee.jid, proposal)
  for (const client of [phone, desk]) {
    const propose = (await hears(client, 'propose')).getChild('propose', JMI)
    assert.equal(propose?.toString(), canonical(proposal))
  }
  tell(phone, caller.jid, step('ringing'))
  await hears(romeo, 'ringing')
  tell(phone, caller.jid, step('proceed'))
  assert.equal((await hears(romeo, 'proceed')).attrs.from, phone.jid)
  tell(romeo, phone.jid, step('finish', '<reason xmlns="urn:xmpp:jingle:1"><success/></reason>'))
  await hears(phone, 'finish')
  for (const client of [romeo, phone]) await settle(client)
  for (const client of [romeo, desk])
    assert.deepEqual(await stepsOf(client), ['propose', 'ringing', 'proceed', 'finish'])
})

async function stepsOf(client: RawClient): Promise<string[]> {
  const { items } = await readArchive(client)
  return items.flatMap(({ message }) =>
    message.children.flatMap((child) => (typeof child !== 'string' && child.attrs.xmlns === JMI ? [child.name] : [])),
  )
}

scenario('a call that was missed is told at the next login', async (site) => {
  const callee = await site.person('juliet')
  await using romeo = await newcomer(site, 'romeo')
  const payload = (name: string) => `<${name} xmlns='${JMI}' id='missed'/><store xmlns='urn:xmpp:hints'/>`
  for (const name of ['propose', 'retract'])
    romeo.send(`<message type='chat' to='${callee.jid}'>${payload(name)}</message>`)
  await settle(romeo)
  await using juliet = await enter(site, callee, { edge: 1 })
  for (const name of ['propose', 'retract']) await juliet.expect((it) => it.getChild(name, JMI) !== undefined)
})

scenario(
  'bytes go in-band, in IQs and in messages, whole and in order; a block that is too large ends the stream',
  async (site) => {
    using people = await pair(site)
    const { romeo, juliet } = people
    const block = Buffer.from(Array.from({ length: 65_535 }, (_, at) => at % 251)).toString('base64')
    await exchange(romeo, juliet, `<open xmlns='${IBB}' block-size='65535' sid='i781hf64' stanza='iq'/>`)
    for (let seq = 0; seq < 4; seq++)
      await exchange(romeo, juliet, `<data xmlns='${IBB}' seq='${seq}' sid='i781hf64'>${block}</data>`)
    for (let seq = 0; seq < 16; seq++)
      romeo.send(
        `<message to='${juliet.jid}' id='b${seq}'><data xmlns='${IBB}' seq='${seq}' sid='m1'>${block.slice(0, 5_464)}</data></message>`,
      )
    const blocks: (Element | undefined)[] = []
    for (let seq = 0; seq < 16; seq++) blocks.push((await juliet.expect('message')).getChild('data', IBB))
    assert.deepEqual(
      blocks.map((data) => [data?.attrs.seq, data?.getText()]),
      blocks.map((_, seq) => [String(seq), block.slice(0, 5_464)]),
    )
    await exchange(juliet, romeo, `<close xmlns='${IBB}' sid='i781hf64'/>`)
    assert.equal((await readArchive(juliet)).items.length, 0)
    const huge = block.repeat(4)
    romeo.send(`<message to='${juliet.jid}'><data xmlns='${IBB}' seq='16' sid='m1'>${huge}</data></message>`)
    const error = await romeo.expect(({ name }) => name === 'stream:error' || name === 'error')
    assert.ok(error.getChild('policy-violation'))
  },
)

async function askServer(client: RawClient, payload: string): Promise<Element> {
  const to = client.jid.split('@')[1]?.split('/')[0]
  return client.request(`<iq type='get' id='x${ids++}' to='${to}'>${payload}</iq>`)
}

scenario('clients learn of STUN and TURN servers, with credentials that end', async (site) => {
  await using romeo = await newcomer(site, 'romeo')
  const disco = await askServer(romeo, `<query xmlns='http://jabber.org/protocol/disco#info'/>`)
  assert.match(disco.toString(), /urn:xmpp:extdisco:2/)
  const listed = await askServer(romeo, `<services xmlns='${EXTDISCO}'/>`)
  const all = listed.getChild('services', EXTDISCO)?.getChildren('service') ?? []
  assert.deepEqual(
    all.map(({ attrs }) => [attrs.type, attrs.host, attrs.port, attrs.transport]),
    [
      ['stun', 'stun.example', '3478', 'udp'],
      ['turn', '192.0.2.1', '3478', 'udp'],
      ['turns', 'turn.example', '5349', 'tcp'],
    ],
  )
  assert.equal(all[0]?.attrs.username, undefined)
  const { username = '', password, expires = '' } = all[1]?.attrs ?? {}
  const [until, user] = username.split(':')
  assert.equal(user, bareOf(romeo.jid))
  assert.ok(Math.abs(Number(until) * 1000 - Date.now() - 600_000) < 60_000)
  assert.equal(Date.parse(expires), Number(until) * 1000)
  assert.equal(password, createHmac('sha1', SECRET).update(username).digest('base64'))
  const turn = await askServer(romeo, `<services xmlns='${EXTDISCO}' type='turn'/>`)
  assert.equal(turn.getChild('services', EXTDISCO)?.getChildren('service').length, 1)
  const named = (attributes: string) =>
    askServer(romeo, `<credentials xmlns='${EXTDISCO}'><service ${attributes}/></credentials>`)
  const given = (await named(`host='turn.example' type='turns'`)).getChild('credentials', EXTDISCO)
  assert.ok(given?.getChild('service')?.attrs.password)
  assert.equal(errorOf(await named(`host='else.example' type='turn'`)), 'cancel/item-not-found')
  assert.equal(errorOf(await named(`host='turn.example'`)), 'modify/bad-request')
})
