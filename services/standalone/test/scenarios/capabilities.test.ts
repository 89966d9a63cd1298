/** PRES-04, PRES-05: what the server can do is known by a hash, and so is what clients can do. */
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { bothModes, type RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { announce, bareOf, errorOf, newcomer, settle } from '../support/actor.ts'

const scenario = await bothModes()
const INFO = 'http://jabber.org/protocol/disco#info'
const CAPS = 'http://jabber.org/protocol/caps'

let ids = 0

async function ask(client: RawClient, to: string, node?: string): Promise<Element> {
  const inside = node === undefined ? '' : ` node='${node}'`
  return client.request(`<iq type='get' id='info-${ids++}' to='${to}'><query xmlns='${INFO}'${inside}/></iq>`)
}

const featuresIn = (answer: Element) =>
  answer
    .getChild('query', INFO)
    ?.getChildren('feature')
    .map(({ attrs }) => attrs.var ?? '') ?? []

/** XEP-0115 §5.1 without forms. */
function verOf(answer: Element): string {
  const identities = answer.getChild('query', INFO)!.getChildren('identity')
  const names = identities.map(({ attrs: { category, type, name = '', 'xml:lang': lang = '' } }) =>
    [category, type, lang, name].join('/'),
  )
  const parts = [...names.sort(), ...featuresIn(answer).sort()]
  return createHash('sha1')
    .update(parts.map((part) => `${part}<`).join(''))
    .digest('base64')
}

scenario('the server and accounts answer under the node of their own hash, and of no other', async (site) => {
  await using anna = await newcomer(site, 'anna')
  for (const to of [site.domain, bareOf(anna.jid)]) {
    const plain = await ask(anna, to)
    const ver = verOf(plain)
    for (const feature of [CAPS, 'urn:xmpp:caps']) assert.ok(featuresIn(plain).includes(feature), feature)
    const node = `urn:x-heliograph:server#${ver}`
    if (to === site.domain) assert.equal(anna.features?.getChild('c', CAPS)?.attrs.ver, ver)
    const hashed = await ask(anna, to, node)
    assert.equal(hashed.getChild('query', INFO)?.attrs.node, node)
    assert.deepEqual(featuresIn(hashed), featuresIn(plain))
    assert.equal(errorOf(await ask(anna, to, `${node}x`)), 'cancel/item-not-found')
  }
})

const isQuestion = (it: Element): boolean => it.name === 'iq' && it.attrs.type === 'get' && !!it.getChild('query', INFO)

/** A client of software that nobody has heard of. */
function software() {
  const feature = `urn:${randomUUID()}`
  const ver = createHash('sha1').update(`client/pc//<${feature}<`).digest('base64')
  const c = `<c xmlns='${CAPS}' hash='sha-1' node='urn:test' ver='${ver}'/>`
  const info = (features = [feature]) =>
    `<identity category='client' type='pc'/>${features.map((it) => `<feature var='${it}'/>`).join('')}`
  return { feature, ver, c, info }
}

function answer(client: RawClient, question: Element, inside: string): void {
  client.send(
    `<iq type='result' id='${question.attrs.id}' to='${question.attrs.from}'><query xmlns='${INFO}'>${inside}</query></iq>`,
  )
}

scenario('a client is asked for what it advertises, until somebody has proven it', async (site) => {
  const { feature, ver, c, info } = software()
  await using liar = await newcomer(site, 'liar', { edge: 0, priority: false })
  await announce(liar, 0, c)
  const first = await liar.expect(isQuestion)
  assert.deepEqual([first.attrs.from, first.attrs.to], [site.domain, liar.jid])
  assert.equal(first.getChild('query', INFO)?.attrs.node, `urn:test#${ver}`)
  answer(liar, first, info([feature, 'urn:more-than-that']))
  await settle(liar)
  await using honest = await newcomer(site, 'honest', { edge: 1, priority: false })
  await announce(honest, 0, c)
  answer(honest, await honest.expect(isQuestion), info())
  await settle(honest)
  // The proof is stored a moment later.
  for (let tries = 0; ; tries++) {
    assert.ok(tries < 20, 'everybody is asked')
    await using other = await newcomer(site, `other${tries}`, { edge: tries % 2, priority: false })
    await announce(other, 0, c)
    await settle(other)
    const asked = other.takeAll(isQuestion)
    if (asked.length === 0) break
    answer(other, asked[0]!, info())
    await settle(other)
  }
})

scenario('bad answers, and answers to what nobody asked, do no harm', async (site) => {
  await using anna = await newcomer(site, 'anna', { priority: false })
  for (const bad of ['', '<feature/>', '<x xmlns="jabber:x:data"/>', '<identity/><identity/>']) {
    await announce(anna, 0, software().c)
    answer(anna, await anna.expect(isQuestion), bad)
  }
  await announce(anna, 0, software().c)
  const { attrs } = await anna.expect(isQuestion)
  anna.send(`<iq type='error' id='${attrs.id}' to='${attrs.from}'/>`)
  anna.send(`<iq type='result' id='${attrs.id}' to='${attrs.from}'/>`)
  anna.send(`<iq type='result' id='never-asked' to='${attrs.from}'/>`)
  for (const odd of [
    `<c xmlns='${CAPS}'/>`,
    `<c xmlns='urn:xmpp:caps'/>`,
    `<c xmlns='${CAPS}' hash='sha-1' ver='${'x'.repeat(2000)}'/>`,
  ])
    await announce(anna, 0, odd)
  await settle(anna)
  assert.deepEqual(anna.takeAll(isQuestion).map(String), [])
})
