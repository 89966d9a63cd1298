/** XEP-0163 between servers: what accounts publish reaches contacts at servers of others, and what is published there contacts here. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, isPresence, newcomer } from '../support/actor.ts'
import { askAccount, Software } from '../support/eventing.ts'
import { federation, stranger } from '../support/federation.ts'
import { entry, freshNode, idsOf, newsOf } from '../support/pubsub.ts'

const PATIENCE_MS = 20_000
const directory = await mkdtemp(join(tmpdir(), 'hg-eventing-'))
const world = await federation(directory, [{ make: 'prosody', authentication: 'certificates' }])
after(async () => {
  await world[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

async function publish(client: RawClient, node: string, id: string): Promise<void> {
  const inside = `<publish node='${node}'><item id='${id}'>${entry(id)}</item></publish>`
  const answer = await askAccount(client, { type: 'set', inside })
  assert.equal(answer.attrs.type, 'result', `${answer}`)
}

const isNews = (it: Element, from: string, node: string, id: string) =>
  it.attrs.from === from && idsOf(newsOf(it, node)).includes(id)

/** `to` hears of what `from` publishes from the time on at which the servers have understood what his client wants, which nobody tells. */
async function heardUntil(from: RawClient, to: RawClient, node: string): Promise<void> {
  for (let tried = 0; ; tried++) {
    await publish(from, node, `try-${tried}`)
    const hears = to.expect((it) => isNews(it, bareOf(from.jid), node, `try-${tried}`), 2_000)
    if (
      await hears.then(
        () => true,
        (error: unknown) => (tried < 9 ? false : Promise.reject(error)),
      )
    )
      return
  }
}

async function befriend(one: RawClient, other: RawClient): Promise<void> {
  for (const [asking, asked] of [
    [one, other],
    [other, one],
  ] as const) {
    asking.send(`<presence to='${bareOf(asked.jid)}' type='subscribe'/>`)
    await asked.expect((it) => isPresence(it, bareOf(asking.jid), 'subscribe'), PATIENCE_MS)
    asked.send(`<presence to='${bareOf(asking.jid)}' type='subscribed'/>`)
    await asking.expect((it) => isPresence(it, asked.jid), PATIENCE_MS)
  }
}

for (const other of world.others)
  world.scenario(`people here and at ${other.domain} hear of what the others publish`, async (site) => {
    const node = freshNode('mood')
    await using alice = await newcomer(site, 'alice')
    await using romeo = await stranger(other, 'romeo')
    await befriend(alice, romeo)
    const [here, there] = [new Software(node), new Software(node)]
    // Each of the two servers asks each client.
    romeo.send(`<presence>${there.c}</presence>`)
    for (let asked = 0; asked < 2; asked++) await there.explain(romeo)
    alice.send(`<presence>${here.c}</presence>`)
    for (let asked = 0; asked < 2; asked++) await here.explain(alice)
    await heardUntil(alice, romeo, node)
    await heardUntil(romeo, alice, node)

    await publish(alice, node, 'last')
    await romeo.expect((it) => isNews(it, bareOf(alice.jid), node, 'last'), PATIENCE_MS)
    romeo.send("<presence type='unavailable'/>")
    await alice.expect((it) => isPresence(it, romeo.jid, 'unavailable'), PATIENCE_MS)
    romeo.takeAll((it) => newsOf(it, node) !== undefined)
    romeo.send(`<presence>${there.c}</presence>`)
    await romeo.expect((it) => isNews(it, bareOf(alice.jid), node, 'last'), PATIENCE_MS)
  })
