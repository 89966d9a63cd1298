import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { codecs, Op } from '@heliograph/bus'
import { change, JULIET, Stage } from '../test/fakes.ts'
import { Publisher } from './publisher.ts'

/** Long enough that a stall of the machine doesn't end it. */
const WINDOW_MS = 500

function setUp(): { stage: Stage; publisher: Publisher; revisions: () => number[] } {
  const stage = new Stage({ flapBurst: 2, flapWindowMs: WINDOW_MS })
  stage.subscribers = ['romeo@montague.example']
  const publisher = new Publisher(JULIET, stage.context)
  return { stage, publisher, revisions: () => stage.sent.map(({ envelope }) => envelope.count) }
}

/** Reading the watchers is asynchronous. */
const soon = () => new Promise((resolve) => setImmediate(resolve))

test('a change goes out once, and is confirmed when everyone has it', async () => {
  const { stage, publisher } = setUp()
  const first = change(1)
  publisher.change(first)
  await soon()
  assert.deepEqual(stage.summary, ['session-1: romeo@montague.example'])
  assert.equal(stage.sent[0]!.envelope.epoch, 7)
  assert.deepEqual(stage.receipts, [])
  assert.equal(publisher.idle, false)
  stage.sent[0]!.settle()
  assert.deepEqual(stage.receipts, [['session-1', first.receipts[0]!.transfer]])
  assert.equal(publisher.idle, true)
})

test('watchers are read once, and again when the roster has changed', async () => {
  const { stage, publisher } = setUp()
  publisher.change(change(1))
  publisher.change(change(2))
  await soon()
  assert.equal(stage.reads, 1)
  stage.version = 2
  stage.subscribers = []
  publisher.probe(change(0, { type: 'probe', rosterVersion: 2 }))
  await soon()
  assert.equal(stage.reads, 2)
})

test('a revision that was sent is confirmed and not sent again', async () => {
  const { stage, publisher, revisions } = setUp()
  publisher.change(change(5))
  await soon()
  const again = change(5)
  const older = change(4)
  publisher.change(again)
  publisher.change(older)
  await soon()
  assert.deepEqual(revisions(), [5])
  assert.deepEqual(
    stage.receipts.map(([, transfer]) => transfer),
    [again, older].map(({ receipts }) => receipts[0]!.transfer),
  )
})

test('of many changes within the window only the last goes out, at its end, and answers for all', async () => {
  const { stage, publisher, revisions } = setUp()
  const changes = [1, 2, 3, 4, 5].map((revision) => change(revision))
  for (const each of changes) publisher.change(each)
  await soon()
  assert.deepEqual(revisions(), [1, 2])
  await sleep(WINDOW_MS + 20)
  assert.deepEqual(revisions(), [1, 2, 5])
  for (const { settle } of stage.sent) settle()
  assert.deepEqual(
    stage.receipts.map(([, transfer]) => transfer),
    changes.map(({ receipts }) => receipts[0]!.transfer),
  )
})

test('leaving is never overtaken by what was before it, and what comes after stands', async () => {
  const { stage, publisher, revisions } = setUp()
  publisher.change(change(1))
  publisher.change(change(2))
  publisher.change(change(3))
  publisher.change(change(4, { type: 'unavailable' }))
  await sleep(WINDOW_MS + 20)
  assert.deepEqual(revisions(), [1, 2, 4])
  assert.equal(stage.sent.at(-1)!.envelope.stanza!.type, 'unavailable')
})

test('resources are damped each by itself', async () => {
  const { publisher, revisions } = setUp()
  for (const resource of ['balcony', 'tomb'])
    for (const revision of [1, 2]) publisher.change(change(revision, { resource }))
  await soon()
  assert.deepEqual(revisions(), [1, 2, 1, 2])
  publisher.stop()
})

test('while the database is away changes wait; with watchers known they go to those', async () => {
  const { stage, publisher, revisions } = setUp()
  stage.failure = new Error('away')
  publisher.change(change(1))
  await soon()
  assert.deepEqual([revisions(), stage.receipts], [[], []])
  stage.failure = undefined
  await sleep(300)
  assert.deepEqual(revisions(), [1])
  stage.failure = new Error('away again')
  publisher.change(change(2, { rosterVersion: 9 }))
  await soon()
  assert.deepEqual(revisions(), [1, 2])
})

test('who is not the owner any more confirms nothing', async () => {
  const { stage, publisher } = setUp()
  stage.failure = new Error('away')
  publisher.change(change(1))
  stage.serves = false
  await sleep(300)
  assert.deepEqual([stage.sent, stage.receipts], [[], []])
})

test('a hand-over sends what is held back, and waits until it was taken', async () => {
  const { stage, publisher, revisions } = setUp()
  for (const revision of [1, 2, 3]) publisher.change(change(revision))
  let flushed = false
  const flushing = publisher.flush().then(() => {
    flushed = true
  })
  await soon()
  assert.deepEqual(revisions(), [1, 2, 3])
  assert.equal(flushed, false)
  for (const { settle } of stage.sent) settle()
  await flushing
  assert.equal(stage.receipts.length, 3)
})

test('a probe goes to those whose presence the user sees', async () => {
  const { stage, publisher } = setUp()
  stage.subscribedTo = ['nurse@capulet.example']
  publisher.probe(change(0, { type: 'probe' }))
  await soon()
  assert.deepEqual(stage.summary, ['session-1: nurse@capulet.example'])
})

test('resources whose end nobody told are forgotten past the bound, oldest first', async () => {
  const { publisher, revisions, stage } = setUp()
  const before = () => revisions().length
  for (let i = 0; i <= 2000; i++) publisher.change(change(5, { resource: `r${i}` }))
  await soon()
  const sent = before()
  publisher.change(change(5, { resource: 'r2000' }))
  assert.equal(before(), sent)
  publisher.change(change(5, { resource: 'r0' }))
  assert.equal(before(), sent + 1)
  assert.equal(stage.reads, 1)
})

test('what waits while the watchers can not be read is bounded', async () => {
  const { publisher, stage } = setUp()
  stage.failure = new Error('away')
  for (let i = 0; i < 1_500; i++) publisher.probe(change(0, { type: 'probe' }))
  assert.equal(publisher.waiting, 1_000)
  stage.serves = false
  publisher.stop()
  await publisher.flush()
})

test('whom the publisher blocks is not told, nor by what is held back already', async () => {
  const { stage, publisher } = setUp()
  stage.subscribers = ['romeo@montague.example', 'tybalt@capulet.example']
  publisher.change({ ...change(1), except: ['tybalt@capulet.example'] })
  publisher.change(change(2))
  publisher.change(change(3))
  publisher.change({ ...change(3), except: ['romeo@montague.example'] })
  await soon()
  for (const { settle } of stage.sent) settle()
  const flushed = publisher.flush()
  await soon()
  stage.sent.at(-1)!.settle()
  await flushed
  assert.deepEqual(stage.summary, [
    'session-1: romeo@montague.example',
    'session-1: romeo@montague.example tybalt@capulet.example',
    'session-1: tybalt@capulet.example',
  ])
})

test('news of a node goes to contacts here alone, to those listed where they are, and is confirmed even where too much waits', async () => {
  const { stage, publisher } = setUp()
  stage.subscribers = ['romeo@montague.example', 'nurse@capulet.example', 'pope@rome.example']
  const body = codecs.news.encode({ node: 'n', audience: 'all', groups: '' })
  publisher.news({ ...change(0), body, except: ['nurse@capulet.example'] })
  await soon()
  assert.deepEqual(stage.summary, ['session-1: romeo@montague.example'])
  assert.deepEqual([stage.sent[0]!.envelope.op, stage.sent[0]!.envelope.body], [Op.notify, body])
  publisher.news({ ...change(0), body, only: ['nurse@capulet.example'] })
  await soon()
  assert.equal(stage.summary[1], 'session-1: nurse@capulet.example')
  const all = Array.from({ length: 1_005 }, () => change(0))
  stage.failure = new Error('away')
  for (const each of all) publisher.news({ ...each, rosterVersion: 9, body })
  assert.ok(stage.receipts.length > 0)
  stage.serves = false
})
