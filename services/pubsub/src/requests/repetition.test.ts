import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureJid } from '@heliograph/jid'
import { el, NS } from '@heliograph/stanza'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import { Tellings } from '../node/tellings.ts'
import type { Done } from '../store/stored.ts'
import { deleteNode, purge } from './delete.ts'
import type { ItemIq } from './node-iq.ts'
import type { Operation } from './operation.ts'
import { publish } from './publish.ts'
import { retract } from './retract.ts'

const service = ensureBare('pubsub.montague.example')
const owner = { affiliation: 'owner', subscriptions: [] }
const FIRST: Done = { isKnown: true, sequence: 100 }
const config = { ...DEFAULT_CONFIG, notifyDelete: true, notifyRetract: true }
const about = { id: '1', config }
const around = el('pubsub', { xmlns: NS.pubsub })

/** A request that was carried out at a former owner, asked of its successor, who has told what is newer, or nothing. */
async function asked(
  operation: Operation,
  element: string,
  { lastTold = 0, left = ['b'], details = about as unknown, tellings = new Tellings() },
) {
  const told: string[] = []
  const items = {
    put: async () => FIRST,
    retract: async () => FIRST,
    purgeBy: async () => FIRST,
    stillPublished: async () => new Set(left),
    byIds: async (_: string, ids: readonly string[]) => ids.filter((id) => left.includes(id)).map((id) => ({ id })),
    page: async () => ({ items: left.map((id) => ({ id, payload: Buffer.from('<x/>') })) }),
  }
  const node = {
    ...{
      service,
      home: 'service',
      name: 'n',
      key: `${service}/n`,
      details,
      lastTold,
      lastSequence: lastTold,
      untrimmed: -1_000,
    },
    get about(): unknown {
      return node.details
    },
    tellings,
    knownStanding: () => owner,
    peopleChanged: () => {},
    recipients: {
      async *pages() {
        yield ['juliet@capulet.example']
      },
    },
    lane: {
      send: (
        { stanza, sequence }: { stanza: { element: { toString(): string } }; sequence: number },
        taken: () => void,
      ) => {
        const inside = /<event[^>]*>(.*)<\/event>/.exec(stanza.element.toString())?.[1]
        told.push(`${sequence} ${inside?.replaceAll('"', "'")}`)
        taken()
      },
    },
  }
  const nodes = { destroyedBy: async () => ({ node: about, sequence: FIRST.sequence }) }
  const pubsub = {
    ...{ config: { admins: [] }, store: { items, nodes }, events: { notified: () => {} } },
    bridge: { deliveriesOf: () => [] },
    clock: { next: (after: number) => after + 1 },
  }
  let held = 0
  const iq = {
    ...{ pubsub, service, node, from: ensureJid('romeo@montague.example/orchard'), stream: 's', count: 1, trace: '' },
    hold: () => {
      held++
      return () => held--
    },
    answerNow: () => {},
  } as unknown as ItemIq
  const [name, ...ids] = element.split(' ')
  const payload = name === 'publish' ? [el('x', { xmlns: 'urn:x' })] : []
  const inside = ids.map((id) => el('item', { xmlns: NS.pubsub, id }, payload))
  const outcome = await operation.handle(iq, {
    element: el(name!, { xmlns: NS.pubsub, node: 'n' }, inside),
    pubsub: around,
  })
  assert.equal(held, 0)
  return { told, outcome: outcome.kind, details: node.details }
}

test('what comes again is told under the sequence it had, and all of it', async () => {
  assert.deepEqual((await asked(publish, 'publish a b', {})).told.length, 1)
  const { told, outcome } = await asked(retract, 'retract a b', {})
  assert.deepEqual([told, outcome], [["100 <items node='n'><retract id='a'/><retract id='b'/></items>"], 'reply'])
  assert.deepEqual((await asked(purge, 'purge', {})).told, ["100 <purge node='n'/>"])
})

test('when newer things were told, then without what isn’t so any more', async () => {
  const late = { lastTold: 200 }
  const [again] = (await asked(publish, 'publish a b', late)).told
  assert.match(again!, /^\d+ <items node='n'><item id='b'>.*<\/item><\/items>$/)
  assert.ok(!again!.includes("id='a'"))
  assert.deepEqual((await asked(publish, 'publish a', late)).told, [])
  assert.match(
    (await asked(retract, 'retract a b', late)).told[0]!,
    /^\d+ <items node='n'><retract id='a'\/><\/items>$/,
  )
  assert.deepEqual((await asked(retract, 'retract b', late)).told, [])
  const purged = await asked(purge, 'purge', late)
  assert.deepEqual(
    purged.told.map((news) => /<(purge|item) /.exec(news)?.[1]),
    ['purge', 'item'],
  )
})

test('what this owner has told itself is not told once more', async () => {
  for (const [operation, element] of [
    [publish, 'publish b'],
    [retract, 'retract a'],
    [purge, 'purge'],
    [deleteNode, 'delete'],
  ] as const) {
    const tellings = new Tellings()
    const first = await asked(operation, element, { tellings, ...(operation === deleteNode && { details: 'absent' }) })
    assert.equal(first.told.length, 1)
    const late = { tellings, lastTold: 200, ...(operation === deleteNode && { details: 'absent' }) }
    assert.deepEqual((await asked(operation, element, late)).told, [])
  }
})

test('a deletion that comes again is told to the subscribers of what was deleted, and leaves what has its name now', async () => {
  const gone = await asked(deleteNode, 'delete', { details: 'absent' })
  assert.deepEqual(gone, { told: ["100 <delete node='n'/>"], outcome: 'reply', details: 'absent' })
  const present = { ...about, id: '2' }
  assert.equal((await asked(deleteNode, 'delete', { details: present })).details, present)
})
