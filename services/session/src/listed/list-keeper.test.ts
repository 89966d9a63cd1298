import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressHash, type ListChange, listNamed } from '@heliograph/block-lists'
import { ensureBare, ensureDomain } from '@heliograph/jid'
import { NS, readStanza, type Stanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { ListKeeper } from './list-keeper.ts'

const self = ensureDomain('verona.example')
const list = listNamed({ service: 'lists.example', node: 'spam' })
const [one, two, three] = ['one', 'two', 'three'].map((name) => addressHash(ensureBare(`${name}@evil.example`)))

/** A keeper, what it asked, and what it stored. */
function keeping() {
  const asked: Stanza[] = []
  const stored: string[] = []
  let clock = 0
  let isOwner = true
  let fails = false
  const note = async (what: string) => {
    if (fails) throw new Error('away')
    stored.push(what)
  }
  const keeper = new ListKeeper({
    lists: [list],
    self,
    isOwner: () => isOwner,
    send: (request) => asked.push(request),
    store: {
      change: (_list, change: ListChange) =>
        note(change.kind === 'cleared' ? 'cleared' : `${change.kind} ${change.hashes}`),
      replace: (_list, hashes) => note(`all ${[...hashes].join()}`),
    },
    onChange: () => {},
    log: silentTelemetry().log,
    now: () => clock,
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  return {
    keeper,
    asked,
    stored,
    turn,
    pass: (ms: number) => {
      clock += ms
      keeper.tick()
    },
    lose: () => {
      isOwner = false
    },
    fail: (now: boolean) => {
      fails = now
    },
    /** Answers the last request. */
    answer: async (inside: string, type = 'result') => {
      const request = asked.at(-1)!
      const xml = `<iq type='${type}' id='${request.id}'>${inside}</iq>`
      assert.ok(keeper.answered(readStanza(Buffer.from(xml)).with({ from: request.to, to: self })))
      await turn()
    },
    hear: async (inside: string, from: string = list.service, to: string = self) => {
      const xml = `<message><event xmlns='${NS.pubsubEvent}'>${inside}</event></message>`
      const heard = keeper.heard(readStanza(Buffer.from(xml)).with({ from: from as never }), to as never)
      await turn()
      return heard
    },
  }
}

const page = (ids: readonly unknown[], set = '') =>
  `<pubsub xmlns='${NS.pubsub}'><items node='spam'>${ids.map((id) => `<item id='${id}'/>`).join('')}</items>${set}</pubsub>`
const first = (id: unknown, index: number) =>
  `<set xmlns='${NS.rsm}'><first index='${index}'>${id}</first><last>x</last></set>`

test('subscribes, reads all pages from the last, and keeps what it heard meanwhile', async () => {
  const it = keeping()
  it.pass(0)
  assert.match(
    String(it.asked[0]),
    /type='set'.*<subscribe (node='spam' jid='verona.example'|jid='verona.example' node='spam')/,
  )
  await it.answer('')
  assert.match(String(it.asked[1]), /<items node='spam'\/>.*<before\/>/)
  await it.answer(page([two, 'nonsense'], first(two, 1)))
  assert.equal(await it.hear(`<items node='spam'><item id='${three}'/><retract id='${two}'/></items>`), true)
  assert.match(String(it.asked[2]), new RegExp(`<before>${two}</before>`))
  await it.answer(page([one], first(one, 0)))
  assert.deepEqual(it.stored, [`listed ${three}`, `unlisted ${two}`, `all ${one},${three}`])
  it.pass(3_599_000)
  assert.equal(it.asked.length, 3)
  it.pass(1_000)
  assert.equal(it.asked.length, 4)
})

test('a service that knows no pages has sent all; one that sends the same again isn’t asked for ever', async () => {
  for (const [set, requests] of [
    ['', 2],
    [first(one, 7), 3],
  ] as const) {
    const it = keeping()
    it.pass(0)
    await it.answer('')
    await it.answer(page([one], set))
    if (requests === 3) await it.answer(page([one], set))
    assert.deepEqual([it.asked.length, it.stored], [requests, [`all ${one}`]])
  }
})

test('what is refused, or not answered, or can’t be stored, leaves what is stored, and is tried again', async () => {
  const it = keeping()
  it.pass(0)
  const error = `<error type='auth'><forbidden xmlns='${NS.stanzaErrors}'/></error>`
  await it.answer(error, 'error')
  it.pass(999)
  assert.equal(it.asked.length, 1)
  it.pass(1)
  assert.equal(it.asked.length, 2)
  it.pass(30_000)
  await it.turn()
  it.pass(2_000)
  assert.equal(it.asked.length, 3)
  await it.answer('')
  it.fail(true)
  await it.answer(page([one]))
  it.fail(false)
  it.pass(4_000)
  assert.deepEqual([it.asked.length, it.stored], [5, []])
})

test('only the list itself is heard, by whoever keeps it', async () => {
  const it = keeping()
  const item = `<items node='spam'><item id='${one}'/></items>`
  assert.equal(await it.hear(item, 'other.example'), false)
  assert.equal(await it.hear(item, list.service, 'tybalt@verona.example'), false)
  assert.equal(await it.hear(item.replace('spam', 'ham')), false)
  assert.equal(await it.hear(`<items node='spam'><item/><item id='x'/><thing id='${one}'/></items>`), true)
  assert.equal(await it.hear(`<configuration node='spam'/>`), true)
  assert.equal(await it.hear(`<delete node='spam'/>`), true)
  it.lose()
  assert.equal(await it.hear(item), false)
  assert.deepEqual(it.stored, ['cleared'])
  assert.equal(it.keeper.answered(readStanza(Buffer.from(`<iq type='result' id='x'/>`))), false)
})
