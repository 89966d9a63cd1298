import { test } from 'node:test'
import fc from 'fast-check'
import { Cluster } from './sim/cluster.ts'

const fault = fc.record({
  at: fc.integer({ min: 0, max: 20_000 }),
  what: fc.constantFrom('kill', 'start', 'stop', 'drain', 'unreachable', 'empty', 'restartEmpty'),
  who: fc.nat(9),
  forMs: fc.integer({ min: 100, max: 10_000 }),
})
type Fault = typeof fault extends fc.Arbitrary<infer T> ? T : never

function inject(cluster: Cluster, { what, who, forMs }: Fault): void {
  const { world, store } = cluster
  const running = cluster.owners.filter(({ host }) => host.state === 'running')
  const owner = running[who % Math.max(1, running.length)]
  const outOfReach = () => {
    store.reachable = false
    world.at(world.now + forMs, undefined, () => {
      store.reachable = true
    })
  }
  if (what === 'start') cluster.startOwner()
  else if (what === 'empty') store.empty()
  else if (what === 'unreachable') outOfReach()
  else if (what === 'restartEmpty') {
    outOfReach()
    store.empty()
  } else if (!owner) cluster.startOwner()
  else if (what === 'kill') owner.host.state = 'dead'
  else if (what === 'drain') void owner.ownership.drain()
  else {
    owner.host.state = 'stopped'
    world.at(world.now + forMs, undefined, () => world.resume(owner.host))
  }
}

async function play(seed: number, faults: readonly Fault[]): Promise<void> {
  const cluster = new Cluster(seed)
  const { world } = cluster
  for (let i = 0; i < 3; i++) cluster.startOwner()
  for (let i = 0; i < 2; i++) cluster.startEdge()
  await world.run(5000, cluster.check)
  cluster.chat(25_000, 40)
  for (const each of faults) world.at(5000 + each.at, undefined, () => inject(cluster, each))
  world.at(30_000, undefined, () => cluster.startOwner())
  await world.run(60_000, cluster.check)
  cluster.verify()
}

test('whatever dies, stops, drains or restarts: one owner at a time, nothing lost, nothing out of order', {
  timeout: 120_000,
}, async () => {
  const numRuns = Number(process.env.SIMULATIONS ?? 12)
  const scenario = fc.tuple(fc.integer(), fc.array(fault, { minLength: 1, maxLength: 6 }))
  await fc.assert(
    fc.asyncProperty(scenario, ([seed, faults]) => play(seed, faults)),
    { numRuns, endOnFailure: true, interruptAfterTimeLimit: 100_000 },
  )
})

/** Histories that went wrong once. */
const FOUND: readonly { readonly what: string; readonly seed: number; readonly faults: readonly Fault[] }[] = [
  {
    what: 'an owner taken for dead by those who only watch, just before the store came back empty',
    seed: 187036863,
    faults: [
      { at: 9249, what: 'restartEmpty', who: 1, forMs: 6815 },
      { at: 1328, what: 'stop', who: 8, forMs: 3276 },
      { at: 3495, what: 'stop', who: 9, forMs: 8092 },
      { at: 12980, what: 'restartEmpty', who: 1, forMs: 8593 },
      { at: 15003, what: 'stop', who: 8, forMs: 6745 },
      { at: 6428, what: 'empty', who: 5, forMs: 3966 },
    ],
  },
  {
    what: 'a replaced owner is the first to tell an emptied store what it held',
    seed: -226190590,
    faults: [
      { at: 5871, what: 'unreachable', who: 1, forMs: 8550 },
      { at: 19272, what: 'empty', who: 8, forMs: 6529 },
      { at: 11039, what: 'kill', who: 3, forMs: 3549 },
      { at: 8438, what: 'kill', who: 2, forMs: 7718 },
      { at: 11587, what: 'stop', who: 8, forMs: 7718 },
      { at: 17358, what: 'kill', who: 3, forMs: 6212 },
    ],
  },
  {
    what: 'an owner stopped while the store came back empty, and awake again after it has settled',
    seed: -1271009578,
    faults: [
      { at: 4804, what: 'unreachable', who: 3, forMs: 111 },
      { at: 8, what: 'stop', who: 0, forMs: 3250 },
      { at: 12, what: 'empty', who: 8, forMs: 0 },
      { at: 19991, what: 'empty', who: 1, forMs: 0 },
    ],
  },
  {
    what: 'an owner that slept through its replacement gives nothing away to a store that came back empty',
    seed: -6,
    faults: [
      { at: 13910, what: 'stop', who: 2, forMs: 4370 },
      { at: 16161, what: 'drain', who: 7, forMs: 9243 },
      { at: 17157, what: 'restartEmpty', who: 8, forMs: 7755 },
      { at: 7982, what: 'kill', who: 7, forMs: 8376 },
      { at: 7035, what: 'start', who: 4, forMs: 316 },
      { at: 9500, what: 'start', who: 6, forMs: 8732 },
    ],
  },
  {
    what: 'the last of all owners drains, and the next comes later',
    seed: 655728971,
    faults: [
      { at: 19995, what: 'drain', who: 9, forMs: 104 },
      { at: 11610, what: 'kill', who: 9, forMs: 9994 },
      { at: 12001, what: 'empty', who: 4, forMs: 7157 },
      { at: 5659, what: 'unreachable', who: 9, forMs: 7538 },
      { at: 10723, what: 'empty', who: 9, forMs: 113 },
      { at: 13672, what: 'kill', who: 7, forMs: 8769 },
    ],
  },
]

for (const { what, seed, faults } of FOUND) test(what, () => play(seed, faults))
