/** FED-04: stanzas of both directions on one stream, and what becomes of them when that breaks. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Member, RawClient } from '@heliograph/testkit'
import { befriend, meet, talk } from '../support/across-servers.ts'
import { newcomer, say } from '../support/actor.ts'
import { writtenOnce } from '../support/several.ts'
import { twoServers } from '../support/two-servers.ts'

const PATIENCE_MS = 40_000
const common = { takeSeconds: 5, bidirectional: true }
const world = await twoServers({ cluster: common, standalone: common })
after(() => world[Symbol.asyncDispose]())
const { near, far, cluster, wire } = world

const bodies = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name} ${i}`)

/** What comes up to that body; what came twice counts once. */
async function heardUntil(client: RawClient, last: string): Promise<string[]> {
  const heard = new Set<string>()
  while (!heard.has(last)) {
    const message = await client.expect(({ name }) => name === 'message', PATIENCE_MS)
    assert.notEqual(message.attrs.type, 'error', `${message}`)
    heard.add(message.getChildText('body') ?? '')
  }
  return [...heard]
}

test('whoever was connected to answers on that stream, and opens none', async () => {
  await using alice = await newcomer(near, 'alice')
  await using bob = await newcomer(far, 'bob')
  say(alice, bob.jid, 'the first')
  assert.deepEqual(await heardUntil(bob, 'the first'), ['the first'])
  await talk(alice, bob)
  assert.deepEqual([await writtenOnce(far, 'streams')(), await writtenOnce(far, 'two_way')()], [1, 1])
  await befriend(alice, bob)
  const room = `tea-${alice.jid.slice(6, 14)}@conference`
  await meet(alice, bob, `${room}.${far.domain}`)
  await meet(bob, alice, `${room}.${near.domain}`)
})

const gateways = (end: (gateway: Member) => Promise<unknown>) => async () => {
  await Promise.all(cluster.of('gateway').map((gateway) => end(gateway)))
  for (const { process } of cluster.of('gateway')) await process.start()
}

for (const [fault, begin, end] of [
  ['is cut', () => wire.cut(), () => {}],
  ['falls silent', () => wire.silence(), () => wire.mend()],
  ['ends with drained gateways', gateways(({ process }) => process.drain()), () => {}],
  ['ends with killed gateways', gateways(({ process }) => process.kill()), () => {}],
] as const)
  test(`a stream for both ways ${fault}: what both say comes, and in order`, async () => {
    await using alice = await newcomer(near, 'alice', { sm: true })
    await using bob = await newcomer(far, 'bob', { sm: true })
    say(alice, bob.jid, 'before')
    await heardUntil(bob, 'before')
    const [there, here] = [bodies(300, `${fault}, there`), bodies(300, `${fault}, here`)]
    let faulty: Promise<unknown> | undefined
    for (const [i, body] of there.entries()) {
      say(alice, bob.jid, body)
      say(bob, alice.jid, here[i]!)
      if (i === 150) faulty = Promise.resolve(begin())
      if (i % 10 === 0) await sleep(20)
    }
    await faulty
    // Longer than a server may take to take something.
    if (fault === 'falls silent') await sleep(7_000)
    end()
    const heard = await Promise.all([heardUntil(bob, there.at(-1)!), heardUntil(alice, here.at(-1)!)])
    assert.deepEqual(heard, [there, here])
  })
