import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { Hosts } from '@heliograph/ownership'
import { silentTelemetry } from '@heliograph/telemetry'
import { Components } from './components/components.ts'
import type { GatewayContext } from './context.ts'
import type { FederationContext } from './federation/federation-context.ts'
import type { Half } from './half.ts'
import { patiently } from './hand-over.ts'
import { Pairs } from './pairs/pairs.ts'
import { Ways } from './pairs/ways.ts'
import { refusing } from './refusing.ts'

/** A gateway of whose partition 7 something is on its way to others. */
function gateway() {
  const { promise, resolve } = Promise.withResolvers<void>()
  const asked: number[] = []
  const context = {
    ...silentTelemetry(),
    config: { components: [], proxy65: { enabled: false }, limits: {} },
    links: { listen: () => () => {}, announce: () => {} },
    hosts: new Hosts([ensureDomain('capulet.example')]),
    router: {
      settled: (partition: number) => {
        asked.push(partition)
        return promise
      },
    },
    ownership: { onDeparture: () => {} },
  } as unknown as GatewayContext
  return { context, asked, arrived: resolve }
}

for (const [name, halfOf] of [
  ['components', (context: GatewayContext) => new Components(context)],
  ['refusals', refusing],
] as readonly [string, (context: GatewayContext) => Half][])
  test(`${name}: a hand-over waits until what was said in the partition’s name has arrived`, async () => {
    const { context, asked, arrived } = gateway()
    await using half = halfOf(context)
    await half.unload(7, 'lost')
    assert.deepEqual(asked, [])
    let done = 0
    const parts = [half.settle(7), half.unload(7, 'handover')].map((part) => part.then(() => done++))
    await new Promise(setImmediate)
    assert.deepEqual([asked, done], [[7, 7], 0])
    arrived()
    await Promise.all(parts)
  })

test('but not for ever, as for a component that takes nothing while pairs with other servers go', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] })
  const { context, asked } = gateway()
  const parts = [
    patiently(new Promise(() => {})),
    new Pairs({ ...context, ways: new Ways() } as FederationContext).handOver(7),
  ]
  await new Promise(setImmediate)
  assert.deepEqual(asked, [7])
  test.mock.timers.tick(2_000)
  await Promise.all(parts)
})
