/** SEC-06: where everybody may register, not everything may be registered, nor as much as one likes; and rooms may ask who comes. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { bothModes, RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { enter, errorOf, newcomer, together } from '../support/actor.ts'
import { NS_FORMS } from '../support/commands.ts'
import { answerXml, asked, bringsIn, questionOf } from '../support/questions.ts'
import { freshRoom, join, makeRoom } from '../support/room.ts'

const NS_REGISTER = 'jabber:iq:register'
const PASSWORD = 'water over the gunwale'
const PER_ADDRESS = 16

const questions = [{ question: 'Where do we lay our scene?', answers: ['Verona', 'in fair Verona'] }]
const scenario = await bothModes({
  config: {
    registration: { open: 'always', perAddress: PER_ADDRESS, questions },
    rooms: { questions },
    web: { publicUrl: 'https://chat.example' },
  },
})

/** The outcome of an attempt to register at an edge, with a challenge that was got at the other. */
async function attempt(
  site: Site,
  edge: number,
  user: string,
  answer = 'verona ',
  challenge?: string,
): Promise<string> {
  const given = challenge ?? (await challengeOf(site, edge + 1))
  await using client = await RawClient.connect(site.at(edge))
  await client.open()
  const fields = { FORM_TYPE: NS_REGISTER, challenge: given, username: user, password: PASSWORD, qa: answer }
  const outcome = errorOf(await submit(client, formWith(fields)))
  await client.close()
  return outcome ?? 'made'
}

const submit = (client: RawClient, inside: string) =>
  client.request(`<iq type='set' id='a'><query xmlns='${NS_REGISTER}'>${inside}</query></iq>`)

function formWith(fields: Readonly<Record<string, string>>): string {
  const xml = Object.entries(fields).map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
  return `<x xmlns='${NS_FORMS}' type='submit'>${xml.join('')}</x>`
}

/** Of a form that an edge shows whoever wants to register. */
async function challengeOf(site: Site, edge: number): Promise<string> {
  await using client = await RawClient.connect(site.at(edge))
  await client.open()
  const shown = await client.request(`<iq type='get' id='g'><query xmlns='${NS_REGISTER}'/></iq>`)
  const fields = (shown.getChild('query')?.getChild('x', NS_FORMS)?.getChildren('field') ?? []) as Element[]
  const field = (name: string) => fields.find(({ attrs }) => attrs.var === name)
  assert.equal(field('qa')?.attrs.label, questions[0]!.question)
  await client.close()
  return field('challenge')?.getChildText('value') ?? ''
}

scenario('a name that was removed, or that looks like another, is nobody’s to register', async (site) => {
  const salt = randomBytes(4).toString('hex').replaceAll(/[01]/g, 'x')
  const nell = await site.person(`modern-${salt}`)
  assert.equal(await attempt(site, 0, nell.user), 'cancel/conflict')
  assert.equal(await attempt(site, 1, nell.user.replace('modern', 'rnodem')), 'cancel/conflict')
  assert.equal(await attempt(site, 0, nell.user.replace('modern', 'mоdern')), 'modify/not-acceptable')
  assert.equal(await attempt(site, 1, `${nell.user}-jr`), 'made')
  await using client = await enter(site, nell)
  const removal = `<iq type='set' id='gone'><query xmlns='${NS_REGISTER}'><remove/></query></iq>`
  assert.equal((await client.request(removal)).attrs.type, 'result')
  await client.ended
  assert.equal(await attempt(site, 1, nell.user), 'cancel/conflict')
})

scenario('who does not know the answer is told no more, and an answer is good for one account', async (site) => {
  const taken = await site.person('taken')
  const refused = 'modify/not-acceptable'
  assert.equal(await attempt(site, 0, taken.user, 'mantua'), refused)
  await using client = await RawClient.connect(site.at(1))
  await client.open()
  const without = `<username>${taken.user}</username><password>${PASSWORD}</password>`
  assert.equal(errorOf(await submit(client, without)), refused)
  await client.close()
  const challenge = await challengeOf(site, 0)
  const name = () => `once-${randomBytes(4).toString('hex')}`
  assert.equal(await attempt(site, 0, taken.user, 'Verona', challenge), 'cancel/conflict')
  assert.equal(await attempt(site, 1, name(), 'IN FAIR VERONA', challenge), 'made')
  assert.equal(await attempt(site, 0, name(), 'Verona', challenge), refused)
})

scenario('attempts from one address are counted at all edges together', async (site) => {
  const outcomes: string[] = []
  for (let i = 0; i <= PER_ADDRESS; i++)
    outcomes.push(await attempt(site, i, `many-${i}-${randomBytes(4).toString('hex')}`))
  const made = outcomes.filter((outcome) => outcome === 'made').length
  assert.ok(made > 0 && made < PER_ADDRESS, outcomes.join())
  assert.deepEqual(new Set(outcomes.slice(made)), new Set(['wait/resource-constraint']))
  // Who has an account still comes in.
  await using client = await enter(site, await site.person('regular'))
  await client.close()
})

const PROTECTED = { 'x-muc#roomconfig_captcha_protected': '1' }

scenario('a room may ask whoever is nothing there, and lets in who answers', async (site) => {
  using all = together({
    owner: await newcomer(site, 'owner', { edge: 0 }),
    guest: await newcomer(site, 'guest', { edge: 1 }),
    other: await newcomer(site, 'other', { edge: 0 }),
  })
  const { owner, guest, other } = all
  const room = freshRoom(site)
  await makeRoom(owner, room, 'owner', PROTECTED)
  const challenge = await asked(guest, room, 'guest')
  const question = questionOf(challenge)
  assert.deepEqual(
    { ...question, challenge: question.challenge === challenge.attrs.id },
    { from: `${room}/guest`, sid: 'knock', challenge: true, qa: questions[0]!.question },
  )
  const answer = (client: RawClient, fields: Readonly<Record<string, string>>) =>
    client.request(`<iq type='set' id='answer' to='${room}'>${answerXml(fields)}</iq>`)
  const given = { challenge: question.challenge, qa: 'Verona' }
  for (const [who, fields, expected] of [
    [guest, { ...given, qa: 'Mantua' }, 'cancel/not-acceptable'],
    [guest, { ...given, FORM_TYPE: 'else' }, 'modify/bad-request'],
    [guest, { ...given, challenge: `${given.challenge}x` }, 'cancel/service-unavailable'],
    [other, given, 'cancel/service-unavailable'],
  ] as const)
    assert.equal(errorOf(await answer(who, fields)), expected)
  const within = bringsIn(guest, room, 'guest')
  assert.equal((await answer(guest, given)).attrs.type, 'result')
  await within
  assert.equal(errorOf(await answer(guest, given)), 'cancel/service-unavailable')
  // Not again, though he goes.
  guest.send(`<presence to='${room}/guest' type='unavailable'/>`)
  await guest.expect((it) => it.attrs.from === `${room}/guest` && it.attrs.type === 'unavailable')
  await join(guest, room, 'guest')
  // A client that doesn't want to answer.
  const refused = await asked(other, room, 'other')
  other.send(
    `<message type='error' id='${refused.attrs.id}' to='${room}'><error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
  )
  const out = await other.expect((it) => it.name === 'presence' && it.attrs.type === 'error')
  assert.equal(errorOf(out), 'auth/not-authorized')
  // Who is something there isn't asked.
  const member = `<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='member' jid='${other.jid.split('/')[0]}'/></query>`
  assert.equal((await owner.request(`<iq type='set' id='m' to='${room}'>${member}</iq>`)).attrs.type, 'result')
  await join(other, room, 'other')
})

scenario('whose client shows no questions answers on a page, at any edge', async (site) => {
  using all = together({ owner: await newcomer(site, 'owner', { edge: 0 }), guest: await newcomer(site, 'guest') })
  const { owner, guest } = all
  const room = freshRoom(site)
  await makeRoom(owner, room, 'owner', PROTECTED)
  const challenge = await asked(guest, room, 'guest')
  const url = challenge.getChild('x', 'jabber:x:oob')?.getChildText('url') ?? ''
  assert.ok(challenge.getChildText('body')?.endsWith(url) && url.startsWith('https://chat.example/'), url)
  const page = async (edge: number, init?: RequestInit, path = new URL(url).pathname): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${site.edge(edge).http}${path}`, init)
    return `${response.status} ${await response.text()}`
  }
  const answering = (answer: string) => ({ method: 'POST', body: new URLSearchParams({ answer }) })
  assert.match(await page(0), /^200 .*Where do we lay our scene\?/)
  assert.match(await page(1, answering('Mantua')), /^200 .*not the answer.*Where do we/)
  assert.match(await page(1, answering('x'.repeat(5_000))), /^413 /)
  assert.match(await page(1, { method: 'PUT' }), /^405 /)
  assert.match(await page(1, {}, `${new URL(url).pathname}x`), /^404 /)
  const within = bringsIn(guest, room, 'guest')
  assert.match(await page(1, answering('Verona')), /^200 .*Thank you/)
  await within
  assert.match(await page(0, answering('Verona')), /^404 /)
})
