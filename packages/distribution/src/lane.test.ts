import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kind } from '@heliograph/bus'
import { Stanza } from '@heliograph/stanza'
import fc from 'fast-check'
import { Cluster } from '../test/cluster.ts'
import { Stage } from '../test/stage.ts'

const stanza = new Stanza({ name: 'message', type: 'groupchat' })
const ROOMS = ['bees@conference.example.org', 'tea@conference.example.org']

type Act = 'kill' | 'handOver' | 'congest' | 'relieve' | 'calm'

/** Sends parcels while owners change, and says what did not come to whom as it should. */
function simulate(seed: number, acts: readonly Act[]): { faults: string[]; untaken: number } {
  const cluster = new Cluster(seed)
  const { world, lines } = cluster
  const lanes = ROOMS.map((key) => cluster.distribution.lane({ kind: Kind.room, key }))
  const expected = new Map<string, number[]>()
  let untaken = 0
  let sequence = 1_000
  const send = () => {
    for (const lane of lanes) {
      const recipients = lines.map(({ jid }) => jid).filter(() => world.chance(5) > 1)
      sequence++
      for (const jid of recipients) {
        const key = `${jid} ${lane.source.key}`
        const wanted = expected.get(key) ?? []
        wanted.push(sequence)
        expected.set(key, wanted)
      }
      untaken++
      lane.send({ stanza, recipients, sequence }, () => untaken--)
    }
  }
  for (const act of acts) {
    if (act === 'kill' || act === 'handOver') cluster[act]()
    else if (act !== 'calm') cluster.isCongested = act === 'congest'
    const hurry = world.pick([10, 120])
    const until = world.now + 600
    while (world.now < until) {
      send()
      world.run(world.now + world.chance(hurry))
    }
  }
  cluster.isCongested = false
  world.run(world.now + 20_000)
  const faults: string[] = []
  for (const { jid, written } of lines) {
    for (const room of ROOMS) {
      const had = written.filter(({ source }) => source === room).map((mark) => mark.sequence)
      const wanted = expected.get(`${jid} ${room}`) ?? []
      if (had.join() !== wanted.join()) faults.push(`${jid} of ${room}: had ${had.join()}, not ${wanted.join()}`)
    }
  }
  return { faults, untaken }
}

test('everyone gets every parcel once and in order, whatever becomes of owners and links', () => {
  const act = fc.constantFrom<Act>('kill', 'handOver', 'handOver', 'handOver', 'congest', 'relieve', 'calm')
  fc.assert(
    fc.property(fc.integer(), fc.array(act, { minLength: 1, maxLength: 14 }), (seed, acts) => {
      assert.deepEqual(simulate(seed, acts), { faults: [], untaken: 0 })
    }),
    { numRuns: 25 },
  )
})

const ROMEO = 'romeo@example.org/orchard'
const NURSE = 'nurse@example.org/hall'
const POPE = 'pope@rome.example'

test('one envelope a destination instance, one stanza a recipient elsewhere', () => {
  const stage = new Stage({ [ROMEO]: 'session-1', [NURSE]: 'session-2', 'abram@example.org/street': 'session-1' })
  const lane = stage.lane()
  let taken = 0
  stage.send(lane, [ROMEO, NURSE, 'abram@example.org/street', POPE], () => taken++)
  assert.deepEqual(stage.sent.map(String), [
    'session-1: 1 for romeo@example.org/orchard abram@example.org/street',
    'session-2: 1 for nurse@example.org/hall',
    'conference.example.org rome.example: 1 for pope@rome.example',
  ])
  const [first, second, away] = stage.sent
  assert.deepEqual(
    [first!.envelope.stream, first!.envelope.count, first!.envelope.epoch],
    ['tea@conference.example.org', 1, 1],
  )
  first!.settle([])
  away!.settle([])
  assert.deepEqual([taken, lane.outstanding], [0, 1])
  second!.settle([])
  assert.deepEqual([taken, lane.outstanding], [1, 0])
  stage.send(lane, [], () => taken++)
  assert.equal(taken, 2)
  assert.throws(() => lane.send({ stanza, recipients: [], sequence: 2 }), /sequence 2 after 2/)
})

test('where something came back nothing overtakes it, nor what other sources have under way there', () => {
  const stage = new Stage({ [ROMEO]: 'session-1' })
  const [tea, bees] = [stage.lane('tea@conference.example.org'), stage.lane('bees@conference.example.org')]
  for (const lane of [tea, bees]) stage.send(lane, [ROMEO])
  const [ofTea, ofBees] = stage.sent.splice(0)
  assert.deepEqual([ofTea!.introduces, ofBees!.introduces], [[stage.partition(ROMEO), 1], undefined])
  ofTea!.settle([ROMEO])
  for (const lane of [tea, bees]) stage.send(lane, [ROMEO])
  stage.world.run(1_000)
  assert.deepEqual(stage.sent.splice(0).map(String), ['session-1: 1 for romeo@example.org/orchard'])
  ofBees!.settle([ROMEO])
  stage.world.run(2_000)
  assert.deepEqual(stage.sent.map(String), ['session-1: 1 for romeo@example.org/orchard'])
})

test('a new owner is first sent one parcel, and when that is taken what its predecessor may have lost', () => {
  const stage = new Stage({ [ROMEO]: 'session-1', [NURSE]: 'session-1' })
  const lane = stage.lane()
  for (let i = 0; i < 3; i++) stage.send(lane, [ROMEO, NURSE])
  for (const { settle } of stage.sent.splice(0)) settle([])
  stage.own(ROMEO, 'session-2', 2)
  stage.send(lane, [ROMEO, NURSE])
  stage.world.run(0)
  const [toNurse, probe] = stage.sent.splice(0)
  assert.deepEqual([toNurse, probe].map(String), [`session-1: 4 for ${NURSE}`, `session-2: 1 for ${ROMEO}`])
  probe!.settle([])
  stage.world.run(0)
  assert.deepEqual(
    stage.sent.map(String),
    [2, 3, 4].map((sequence) => `session-2: ${sequence} for romeo@example.org/orchard`),
  )
})

test('without an owner parcels wait, the newest up to the bound, and a lane that ends forgets them', async () => {
  const stage = new Stage({}, { waiting: 2 })
  const lane = stage.lane()
  let taken = 0
  for (let i = 0; i < 3; i++) stage.send(lane, [ROMEO], () => taken++)
  assert.deepEqual([taken, lane.outstanding, lane.waiting], [1, 2, 2])
  stage.own(ROMEO, 'session-1', 1)
  stage.world.run(0)
  assert.deepEqual(
    stage.sent.map(String),
    [2, 3].map((sequence) => `session-1: ${sequence} for ${ROMEO}`),
  )
  const settled = lane.settled()
  for (const { settle } of stage.sent) settle([])
  await settled
  stage.send(lane, [ROMEO], () => taken++)
  lane[Symbol.dispose]()
  stage.settleLast([])
  stage.own(ROMEO, 'session-2', 2)
  stage.world.run(100_000)
  assert.deepEqual([taken, stage.sent.length], [3, 3])
})

test('what was sent long ago is not repeated', () => {
  const stage = new Stage({ [ROMEO]: 'session-1' })
  const lane = stage.lane()
  stage.send(lane, [ROMEO])
  stage.settleLast([])
  stage.world.run(29_000)
  stage.send(lane, [ROMEO])
  stage.settleLast([])
  stage.world.run(36_000)
  stage.sent.length = 0
  stage.own(ROMEO, 'session-2', 2)
  stage.world.run(36_000)
  assert.deepEqual(stage.sent.map(String), [`session-2: 2 for ${ROMEO}`])
  stage.world.run(100_000)
  assert.equal(stage.distribution.recentBytes, 0)
})
