import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain, type Jid } from '@heliograph/jid'
import { pairKey } from '@heliograph/ownership'
import { errorReply, NS, Stanza, stanza, stanzaError, type Stanza as Type } from '@heliograph/stanza'
import { scopeOf } from '@heliograph/xml'
import { type Entry, entryOf } from '../pairs/entry.ts'
import { Outgoing } from './outgoing.ts'
import { MulticastServices } from './services.ts'

const [local, remote] = [ensureDomain('ours.example'), ensureDomain('theirs.example')]

function world(most = 20, isKnown = true) {
  const services = new MulticastServices()
  const service = { jid: remote as Jid, most: { message: most, presence: most } }
  if (isKnown) services.note(pairKey(local, remote), { service, until: Number.POSITIVE_INFINITY })
  const counted: number[] = []
  const events = { multicast: (recipients: number) => counted.push(recipients) }
  const outgoing = new Outgoing({ local, remote, services, ask: () => {} }, events)
  /** Writes all that waits: whom each stanza is for. */
  const write = (line: Entry[], mostBytes = 10_000): string[][] => {
    const written: string[][] = []
    while (line.length > 0) {
      const next = (fits: (entry: Entry) => boolean) => (line[0] && fits(line[0]) ? line.shift() : undefined)
      const { bytes, entries } = outgoing.write(line.shift()!, next, mostBytes)
      assert.ok(bytes.length <= mostBytes)
      const said = Stanza.parse(bytes, scopeOf(NS.server))!
      const to = said
        .child('addresses', NS.addresses)
        ?.getChildren('address')
        .map(({ attrs }) => attrs.jid as string)
      assert.deepEqual(
        to ?? [said.to],
        entries.map((entry) => entry.stanza.to as string),
      )
      written.push(to ?? [said.to!])
    }
    return written
  }
  return { outgoing, counted, write }
}

const names = (count: number, start = 0) => Array.from({ length: count }, (_, i) => `u${start + i}@${remote}`)

function groupOf(said: Type, to: readonly string[]): Entry[] {
  const group = { stanza: said }
  return to.map((jid) => ({ ...entryOf(said.with({ to: jid as Jid }), ''), group }))
}

const presence = stanza('presence', { from: `a@${local}/r` as Jid })
const sizes = (written: string[][]) => written.map(({ length }) => length)

test('one stanza for as many as the other server takes; what says something else goes by itself', () => {
  const { write, counted } = world()
  const single = entryOf(presence.with({ to: 'x@theirs.example' as Jid }), '')
  const line = [...groupOf(presence, names(45)), single, ...groupOf(presence, names(3)), ...groupOf(presence, names(2))]
  assert.deepEqual(sizes(write(line)), [20, 20, 5, 1, 3, 2])
  assert.deepEqual(counted, [20, 20, 5, 3, 2])
})

test('no more than fit in what the other server takes', () => {
  const { write } = world(1_000)
  const written = write(groupOf(presence, names(60)), 3_000)
  assert.deepEqual(written.flat(), names(60))
  assert.ok(written.length > 1 && written.length < 10)
  assert.deepEqual(sizes(write(groupOf(presence, names(2)), 150)), [1, 1])
  assert.deepEqual(sizes(write(groupOf(presence, names(500)), 65_536)), [500])
})

test('while nothing is known, or what was written once didn’t arrive, each gets his own', () => {
  assert.deepEqual(sizes(world(20, false).write(groupOf(presence, names(3)))), [1, 1, 1])
  const again = groupOf(presence, names(3))
  for (const entry of again) entry.attempts = 1
  assert.deepEqual(sizes(world().write(again)), [1, 1, 1])
})

test('what was for several and is refused is for each, then, and so is all that follows', () => {
  const { write, outgoing } = world()
  const said = presence.with({ id: 'p' })
  write(groupOf(said, names(3)))
  const refused = (id: string) =>
    outgoing.hear(errorReply(said.with({ id, to: remote as Jid }), stanzaError('not-acceptable'))!)
  assert.equal(refused('q'), undefined)
  const again = refused('p')
  assert.deepEqual(
    again?.map((entry) => entry.stanza.to as string),
    names(3),
  )
  assert.deepEqual(sizes(write([...again!])), [1, 1, 1])
  assert.deepEqual(sizes(write(groupOf(said, names(3)))), [1, 1, 1])
  assert.equal(refused('p'), undefined)
})
