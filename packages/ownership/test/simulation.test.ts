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
