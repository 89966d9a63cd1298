import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { BoshRequests } from '../../test/bosh-requests.ts'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import type { WebReply } from './exchange.ts'
import type { Peers } from './peers.ts'

let [holder, other]: EdgeFixture[] = []
before(async () => {
  holder = await edgeFixture()
  other = await edgeFixture({}, undefined, 'edge-other')
})
after(async () => {
  await holder![Symbol.asyncDispose]()
  await other![Symbol.asyncDispose]()
})

/** A session at one edge, and a client that asks the other from now on. */
async function across(relay: Peers['relay']): Promise<{ there: BoshRequests; here: BoshRequests }> {
  const there = await new BoshRequests(holder!).bind()
  const here = new BoshRequests(other!, { peers: { relay } })
  Object.assign(here, { sid: there.sid, rid: there.rid })
  return { there, here }
}

test('what another edge holds is asked there, and who goes meanwhile is told there', async () => {
  const relayed: ReturnType<BoshRequests['raw']>[] = []
  const { there, here } = await across(async (tag, { body, kind }, { signal }) => {
    assert.equal(kind, 'bosh')
    assert.ok(there.sid.startsWith(tag))
    const request = there.raw(body, true)
    relayed.push(request)
    signal.addEventListener('abort', () => request.exchange.leave())
    while (request.reply() === undefined && !signal.aborted) await there.turns()
    return request.reply() as WebReply
  })
  assert.match(await here.ask({ pause: 10 }), /^<body [^>]*\/>$/)
  const held = here.post()
  await here.turns()
  held.exchange.leave()
  await here.turns()
  assert.equal(relayed.at(-1)?.exchange.gone, true)
})

test('when nobody holds it, it is gone; when its holder does not answer, it may not be', async () => {
  const { here: lost } = await across(async () => undefined)
  assert.match(await lost.ask(), /item-not-found/)
  const { here: stuck } = await across(async () => {
    throw new Error('no answer in time')
  })
  const request = stuck.post()
  while (request.reply() === undefined) await sleep(1)
  assert.equal(request.reply()?.status, 503)
})

test('a relayed request is never relayed again', async () => {
  const { here } = await across(() => assert.fail())
  const request = here.raw(here.body({ rid: 1, sid: here.sid }), true)
  assert.match(request.answer(), /item-not-found/)
})
