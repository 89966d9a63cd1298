import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LiveStateSubject } from './live-state.contract.ts'
import type { Heartbeat, LiveState, Renewal } from './live-state.ts'

const ttlMs = 300

/** An instance as the store sees it: remembers what it was told. */
class Instance {
  readonly name: string
  readonly #state: LiveState
  storeId = ''
  last: Renewal | undefined

  constructor(state: LiveState, name: string) {
    this.#state = state
    this.name = name
  }

  async beat(more: Partial<Heartbeat> & { draining?: boolean } = {}): Promise<Renewal> {
    const { draining = false, ...beat } = more
    const member = { instance: this.name, rpc: `${this.name}:1`, draining }
    const none = { claim: [], release: [], held: [], above: 0 }
    this.last = await this.#state.heartbeat({ service: 'muc', member, ttlMs, storeId: this.storeId, ...none, ...beat })
    this.storeId = this.last.storeId
    return this.last
  }

  epochOf(partition: number): number {
    const holding = this.last?.holdings.find((each) => each.partition === partition && each.instance === this.name)
    return holding?.epoch ?? 0
  }
}

async function settledPair(subject: LiveStateSubject): Promise<[Instance, Instance]> {
  const pair: [Instance, Instance] = [new Instance(subject.state, 'a'), new Instance(subject.state, 'b')]
  await beatUntil(subject, pair, () => pair.every((each) => each.last?.settled === true))
  return pair
}

/** Lets time pass while these instances go on beating. A store that is slow for a moment may take longer to judge. */
async function beatUntil(
  subject: LiveStateSubject,
  instances: readonly Instance[],
  done: () => boolean,
): Promise<void> {
  for (let passed = 0; passed < 20 * ttlMs; passed += 50) {
    for (const each of instances) await each.beat()
    if (done()) return
    await subject.pass(50)
  }
  assert.fail('the lease rules took too long')
}

const departed = (seenBy: Instance, name: string) => () => !names(seenBy.last!).includes(name)
const names = (renewal: Renewal) => renewal.members.map((member) => member.instance).sort()

/** What every implementation has to do about leases. */
export function leasesContract(name: string, make: () => Promise<LiveStateSubject>): void {
  membershipContract(name, make)
  holdingContract(name, make)
  lossContract(name, make)
}

function membershipContract(name: string, make: () => Promise<LiveStateSubject>): void {
  test(`${name}: members are seen by members and by others, with what they say of themselves`, async () => {
    await using subject = await make()
    const [a] = await settledPair(subject)
    await a.beat({ draining: true })
    const { members, settled, storeId } = await subject.state.standing('muc')
    const sorted = [...members].sort((x, y) => (x.instance < y.instance ? -1 : 1))
    assert.deepEqual(sorted, [
      { instance: 'a', rpc: 'a:1', draining: true },
      { instance: 'b', rpc: 'b:1', draining: false },
    ])
    assert.deepEqual([settled, storeId], [true, a.storeId])
    assert.deepEqual((await subject.state.standing('pubsub')).members, [])
  })

  test(`${name}: one that stays away longer than its lease is out, and stays out`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await beatUntil(subject, [a], departed(a, 'b'))
    assert.deepEqual(names(a.last!), ['a'])
    assert.equal((await b.beat()).alive, false)
    b.storeId = ''
    assert.equal((await b.beat()).alive, false)
    assert.deepEqual(names(await a.beat()), ['a'])
  })

  test(`${name}: whoever leaves is out at once, and what it held is free`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await b.beat({ claim: [7] })
    const before = b.epochOf(7)
    await subject.state.leave('muc', 'b')
    const standing = await a.beat({ claim: [7] })
    assert.deepEqual(names(standing), ['a'])
    assert.ok(a.epochOf(7) > before)
    assert.deepEqual(standing.holdings[0]?.usurped, [])
    assert.equal((await b.beat()).alive, false)
  })

  test(`${name}: when the store was out of reach for everybody, nobody lost a lease by that`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await a.beat({ claim: [1] })
    const epoch = a.epochOf(1)
    await subject.pass(3 * ttlMs)
    assert.equal((await subject.state.standing('muc')).settled, false)
    const renewed = await b.beat({ claim: [1] })
    assert.deepEqual([renewed.alive, renewed.settled, names(renewed)], [true, false, ['a', 'b']])
    assert.equal((await a.beat()).alive, true)
    assert.equal(a.epochOf(1), epoch)
  })
}

function holdingContract(name: string, make: () => Promise<LiveStateSubject>): void {
  test(`${name}: of two claimers one gets the partition`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await Promise.all([a.beat({ claim: [1, 2] }), b.beat({ claim: [1, 2] })])
    await Promise.all([a.beat(), b.beat()])
    for (const partition of [1, 2]) assert.equal([a, b].filter((each) => each.epochOf(partition) > 0).length, 1)
  })

  test(`${name}: a partition given away is the other's at once, under a higher epoch`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await a.beat({ claim: [1, 2, 3] })
    const epoch = a.epochOf(1)
    const stale = { partition: 2, epoch: a.epochOf(2) - 1, to: 'b', served: true }
    const gone = { partition: 3, epoch: a.epochOf(3), to: 'nobody', served: true }
    await a.beat({ release: [{ partition: 1, epoch, to: 'b', served: true }, stale, gone] })
    await b.beat()
    assert.ok(b.epochOf(1) > epoch)
    assert.deepEqual([a.epochOf(1), b.epochOf(2), b.epochOf(3)], [0, 0, 0])
    assert.deepEqual([a.epochOf(2) > 0, a.epochOf(3)], [true, 0])
    await b.beat({ claim: [3] })
    assert.ok(b.epochOf(3) > gone.epoch)
  })

  test(`${name}: one that drains gets nothing`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await b.beat({ draining: true, claim: [1] })
    assert.equal(b.epochOf(1), 0)
    await a.beat({ claim: [1] })
    await a.beat({ release: [{ partition: 1, epoch: a.epochOf(1), to: 'b', served: true }] })
    await b.beat({ draining: true })
    assert.deepEqual([a.epochOf(1), b.epochOf(1)], [0, 0])
  })

  test(`${name}: what an expired holder had is granted, and the new holder learns from whom it was taken`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await b.beat({ claim: [1] })
    const epoch = b.epochOf(1)
    assert.equal((await a.beat({ claim: [1] })).holdings[0]?.instance, 'b')
    await beatUntil(subject, [a], departed(a, 'b'))
    const taken = (await a.beat({ claim: [1] })).holdings[0]
    assert.deepEqual([taken?.instance, taken?.usurped], ['a', ['b']])
    assert.ok((taken?.epoch ?? 0) > epoch)
    const c = new Instance(subject.state, 'c')
    await c.beat()
    await a.beat({ release: [{ partition: 1, epoch: taken!.epoch, to: 'c', served: false }] })
    assert.deepEqual((await c.beat()).holdings[0]?.usurped, ['b'])
    await c.beat({ release: [{ partition: 1, epoch: c.epochOf(1), to: 'a', served: true }] })
    assert.deepEqual((await a.beat()).holdings[0]?.usurped, [])
  })

  test(`${name}: epochs granted are above what the claimer knows of`, async () => {
    await using subject = await make()
    const [a] = await settledPair(subject)
    await a.beat({ claim: [1], above: 8e12 })
    assert.equal(a.epochOf(1), 8e12 + 1)
  })
}

function lossContract(name: string, make: () => Promise<LiveStateSubject>): void {
  test(`${name}: a store that came back empty gives nobody's partition away`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await a.beat({ claim: [1] })
    await b.beat()
    const lease = { partition: 1, epoch: a.epochOf(1) }
    const before = a.storeId
    await subject.empty()
    const other = await b.beat({ claim: [1, 2] })
    assert.deepEqual([other.alive, other.settled, other.holdings], [true, false, []])
    assert.notEqual(other.storeId, before)
    const mine = await a.beat({ held: [lease] })
    assert.deepEqual([mine.alive, a.epochOf(1), names(mine)], [true, lease.epoch, ['a', 'b']])
    await beatUntil(subject, [a, b], () => a.last?.settled === true && b.last?.settled === true)
    await b.beat({ claim: [1, 2] })
    assert.deepEqual([b.epochOf(1), b.epochOf(2) > lease.epoch], [0, true])
  })

  test(`${name}: an emptied store lets nobody give away a partition before it has told him that it was emptied`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await a.beat({ claim: [1] })
    const lease = { partition: 1, epoch: a.epochOf(1) }
    await subject.empty()
    await b.beat()
    const release = { ...lease, to: 'b', served: true }
    await a.beat({ held: [lease], release: [release] })
    assert.equal(a.epochOf(1), lease.epoch)
    await a.beat({ held: [lease], release: [release] })
    await b.beat()
    assert.deepEqual([a.epochOf(1), b.epochOf(1) > lease.epoch], [0, true])
  })

  test(`${name}: of two that say they held it, the higher epoch is believed`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await subject.empty()
    await b.beat({ held: [{ partition: 1, epoch: 50 }] })
    await a.beat({ held: [{ partition: 1, epoch: 60 }] })
    await b.beat({ held: [{ partition: 1, epoch: 50 }] })
    assert.deepEqual([b.epochOf(1), b.last?.holdings[0]?.instance, b.last?.holdings[0]?.epoch], [0, 'a', 60])
  })

  test(`${name}: one that comes to an emptied store only after it has settled is out`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await subject.empty()
    await a.beat()
    await beatUntil(subject, [a], () => a.last?.settled === true)
    assert.equal((await b.beat({ held: [{ partition: 1, epoch: 50 }] })).alive, false)
    assert.deepEqual([names(await a.beat()), a.last?.holdings], [['a'], []])
  })

  test(`${name}: an empty store learns from the living who must not return`, async () => {
    await using subject = await make()
    const [a, b] = await settledPair(subject)
    await subject.empty()
    await b.beat({ held: [{ partition: 1, epoch: 50 }] })
    await a.beat()
    await subject.state.expel('muc', ['b', 'c'])
    assert.deepEqual(names(await a.beat({ claim: [1] })), ['a'])
    assert.equal(a.epochOf(1), 0)
    await beatUntil(subject, [a], () => a.last?.settled === true)
    await a.beat({ claim: [1] })
    assert.deepEqual([a.last?.holdings[0]?.instance, a.last?.holdings[0]?.usurped], ['a', ['b']])
    assert.equal((await b.beat()).alive, false)
    assert.equal((await new Instance(subject.state, 'c').beat()).alive, false)
  })
}
