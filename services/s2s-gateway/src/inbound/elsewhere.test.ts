import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Envelope } from '@heliograph/bus'
import { ensureDomain } from '@heliograph/jid'
import type { GatewayContext } from '../context.ts'
import { Elsewhere } from './elsewhere.ts'
import type { Former } from './resumables.ts'

const between = { local: ensureDomain('ours.example'), remote: ensureDomain('theirs.example') }
const turn = (): Promise<unknown> => new Promise(setImmediate)

/** Three gateways, of which one is deaf when asked to be, and who knows which stream. */
function gateways(test: TestContext, { deaf = '', known = {} as Readonly<Record<string, Former>> } = {}) {
  test.mock.timers.enable({ apis: ['setTimeout'] })
  const names = ['one', 'two', 'three']
  const all = new Map<string, Elsewhere>()
  for (const instance of names) {
    const tell = (to: string, envelope: Envelope): boolean => {
      if (to !== deaf) queueMicrotask(() => all.get(to)!.hears(envelope, instance))
      return true
    }
    const context = {
      instance,
      router: { tell },
      ownership: { members: () => names.map((name) => ({ instance: name })) },
    }
    const take = async (id: string, by: object) => {
      assert.deepEqual(by, between)
      return id === 'broken' ? known[instance] : undefined
    }
    all.set(instance, new Elsewhere(context as unknown as GatewayContext, { take }))
  }
  return all.get('one')!
}

const former = { ingress: 's2s-1', count: 7, h: 5 }

test('the gateway that has the stream says so', async (test) => {
  const one = gateways(test, { known: { three: former }, deaf: 'two' })
  assert.deepEqual(await one.ask('broken', between), former)
})

test('when all others don’t know it that is known at once', async (test) => {
  assert.equal(await gateways(test).ask('broken', between), undefined)
})

test('who doesn’t answer isn’t waited for without end', async (test) => {
  const asking = gateways(test, { deaf: 'two' }).ask('broken', between)
  await turn()
  test.mock.timers.tick(4_000)
  assert.equal(await asking, undefined)
})
