import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Envelope, Kind, Op } from '@heliograph/bus'
import { Introductions } from '@heliograph/distribution'
import { type Domain, type Jid, trusted } from '@heliograph/jid'
import { Hosts } from '@heliograph/ownership'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import type { Recipient } from '../users/copies.ts'
import { giveUpEarly, handEarly, handParcel } from './parcels.ts'

const ROOM = 'tea@conference.montague.example'
const SAID = `<message from='${ROOM}/nurse' type='groupchat' id='m'><body>x</body></message>`

function setUp({ settling = false } = {}) {
  const forwarded: string[] = []
  const { context } = fakeContext()
  const user = makeUser()
  const stage = {
    ...context,
    hosts: new Hosts(['montague.example' as Domain]),
    tenure: { isSettling: () => settling },
    introductions: new Introductions(),
    users: { find: (jid: string) => (jid === ROMEO ? user : undefined) },
    router: {
      transfer: (kind: Kind, key: string, { stanza: sent }: Envelope) => forwarded.push(`${kind} ${key}: ${sent}`),
    },
  } as unknown as SessionContext
  const hand = (xml: string, to: string, sequence = 1) => {
    const envelope = new Envelope(Op.multicast)
    envelope.stanza = stanza(xml)
    const recipients: Recipient[] = []
    const work = { envelope, from: 'muc-1', mark: { source: ROOM, sequence }, recipients }
    const taken = handParcel(stage, work, to as Jid, user.partition)
    return { taken, to: recipients.map(({ resource }) => resource.jid as string) }
  }
  return { user, forwarded, hand, stage }
}

test('a session gets what is for its full JID, whatever its presence; available ones what is for the account', () => {
  const { user, hand } = setUp()
  user.profile = 'unknown'
  const phone = addResource(user, 'phone')
  const desk = addResource(user, 'desk', 1)
  assert.deepEqual(hand(SAID, phone.jid), { taken: true, to: [phone.jid] })
  assert.deepEqual(hand(SAID, ROMEO), { taken: true, to: [desk.jid] })
})

test('a room learns that an occupant is gone when it says something, not when others come and go', () => {
  for (const settling of [false, true]) {
    const { user, hand, forwarded, stage } = setUp({ settling })
    user.profile = 'unknown'
    for (const gone of [`${ROMEO}/gone`, 'nobody@montague.example/x']) {
      hand(`<presence from='${ROOM}/nurse' type='unavailable'/>`, gone)
      assert.deepEqual(hand(SAID, gone), { taken: true, to: [] })
    }
    addResource(user, 'phone')
    hand(SAID, `${ROMEO}/gone`)
    hand(SAID, 'nobody@montague.example')
    hand(SAID.replace('groupchat', 'headline'), `${ROMEO}/gone`)
    // Of users taken over a moment ago nobody is given up at once: edges may still announce their sessions.
    assert.equal(forwarded.length, settling ? 0 : 3)
    stage.tenure.isSettling = () => false
    giveUpEarly(stage)
    assert.equal(stage.early.length, 0)
    assert.equal(forwarded.length, settling ? 2 : 3)
    for (const answer of forwarded) {
      assert.ok(answer.startsWith(`${Kind.room} ${ROOM}: `))
      assert.match(answer, /type='error'.*<recipient-unavailable /)
    }
  }
})

test('what comes while its user is loaded waits for that, in order, up to a bound', () => {
  const { user, hand, stage } = setUp()
  const phone = addResource(user, 'phone')
  stage.introductions.heard('muc-1', [user.partition, 5])
  user.mailbox.push({ envelope: new Envelope(Op.stanza), from: 'edge' })
  user.mailbox.push = () => true
  let depth = 9
  Object.defineProperty(user.mailbox, 'depth', { get: () => depth })
  assert.deepEqual(hand(SAID, phone.jid), { taken: true, to: [] })
  depth = 10
  assert.deepEqual(hand(SAID, phone.jid, 2), { taken: false, to: [] })
  assert.equal(stage.introductions.admits('muc-1', user.partition, 5), false)
})

test('a session that a room says is not in it needs not tell it of its end', () => {
  const { user, hand } = setUp()
  user.profile = 'unknown'
  const phone = addResource(user, 'phone')
  const [mine, other] = [`${ROOM}/romeo`, `${ROOM}/nurse`]
  phone.directed = new Set([mine, other, 'friend@montague.example/x'])
  hand(`<presence from='${mine}'/>`, phone.jid)
  hand(`<presence from='friend@montague.example/x' type='unavailable'/>`, phone.jid)
  assert.equal(phone.directed.size, 3)
  hand(`<presence from='${mine}' type='unavailable'/>`, phone.jid)
  hand(`<presence from='${trusted(other)}' type='error'/>`, phone.jid)
  assert.deepEqual([...phone.directed], ['friend@montague.example/x'])
})

test('under which nick a session is in a room is what the room says of it, not what others pretend', () => {
  const { user, hand } = setUp()
  user.profile = 'unknown'
  const phone = addResource(user, 'phone')
  const X = (code: string) => `<x xmlns='http://jabber.org/protocol/muc#user'><status code='${code}'/></x>`
  const [asked, given] = [`${ROOM}/Romeo`, `${ROOM}/montague`]
  phone.directed = new Set([asked, 'friend@montague.example/x'])
  hand(
    `<presence from='${ROOM}/tybalt'><status>110</status><y xmlns='x'>${X('110')}</y>${X('100')}</presence>`,
    phone.jid,
  )
  hand(`<presence from='friend@montague.example/x'>${X('110')}</presence>`, phone.jid)
  assert.deepEqual([...phone.directed], [asked, 'friend@montague.example/x'])
  hand(`<presence from='${given}'>${X('110')}</presence>`, phone.jid)
  assert.deepEqual([...phone.directed], ['friend@montague.example/x', given])
  // By another client of his he is under another nick now, and so by this one.
  hand(`<presence from='${given}' type='unavailable'>${X('303')}</presence>`, phone.jid)
  hand(`<presence from='${asked}'>${X('110')}</presence>`, phone.jid)
  assert.deepEqual([...phone.directed], ['friend@montague.example/x', asked])
})

test('what comes before its session is announced waits for that, up to a bound; a new session gets what was for nobody else', () => {
  const { user, hand, stage } = setUp({ settling: true })
  user.profile = 'unknown'
  const given: string[] = []
  Object.assign(stage.outgoing, {
    deliverCopies: (to: Recipient[], { type }: { type: string }, { mark }: { mark: { sequence: number } }) =>
      given.push(`${to[0]!.resource.name} ${type} ${mark.sequence}`),
  })
  const whisper = SAID.replace('groupchat', 'chat')
  const [phone, desk] = ['phone', 'desk'].map((name) => `${ROMEO}/${name}`)
  for (const to of [phone, desk] as string[]) {
    assert.ok(hand(SAID, to, 1).taken)
    assert.ok(hand(whisper, to, 2).taken)
  }
  for (const [name, isNew] of [
    ['phone', false],
    ['desk', true],
  ] as const)
    handEarly(stage, user, addResource(user, name), { isNew })
  assert.deepEqual(given, ['phone groupchat 1', 'phone chat 2', 'desk chat 2'])
  stage.introductions.heard('muc-1', [user.partition, 5])
  const gone = 'nobody@montague.example/x'
  let taken = 0
  while (hand(SAID, gone, taken).taken) taken++
  assert.equal(taken, stage.early.length)
  assert.equal(stage.introductions.admits('muc-1', user.partition, 5), false)
})
