import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { change, JULIET, Stage } from '../test/fakes.ts'
import { fan } from './fan.ts'

const WATCHERS = [
  'romeo@montague.example',
  'nurse@capulet.example',
  'abram@montague.example',
  'pope@rome.example',
  'abbot@rome.example',
  'prince@verona.example',
]

function setUp(newest = true) {
  const stage = new Stage()
  stage.owners.set('nurse@capulet.example', 'session-2')
  const done: boolean[] = []
  const fanned = { publisher: JULIET, change: change(1), isNewest: () => newest }
  return {
    stage,
    done,
    send: (watchers: readonly string[]) => fan(stage.context, fanned, watchers, (all) => done.push(all)),
  }
}

test('one envelope an instance, and one a domain elsewhere', () => {
  const { stage, done, send } = setUp()
  send(WATCHERS)
  assert.deepEqual(stage.summary.sort(), [
    'capulet.example rome.example: pope@rome.example abbot@rome.example',
    'capulet.example verona.example: prince@verona.example',
    'session-1: romeo@montague.example abram@montague.example',
    'session-2: nurse@capulet.example',
  ])
  for (const { settle } of stage.sent.slice(1)) settle()
  assert.deepEqual(done, [])
  stage.sent[0]!.settle()
  assert.deepEqual(done, [true])
})

test('nobody to tell is done at once', () => {
  const { stage, done, send } = setUp()
  send([])
  assert.deepEqual([stage.sent, done], [[], [true]])
})

test('whose owner changed, and who has none yet, is looked up again', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { stage, done, send } = setUp()
  stage.owners.set('romeo@montague.example', undefined)
  send(WATCHERS.slice(0, 3))
  assert.deepEqual(stage.summary, ['session-2: nurse@capulet.example', 'session-1: abram@montague.example'])
  stage.sent[0]!.settle()
  stage.sent[1]!.settle(['abram@montague.example'])
  stage.owners.set('romeo@montague.example', 'session-3')
  stage.owners.set('abram@montague.example', 'session-3')
  t.mock.timers.tick(100)
  assert.deepEqual(stage.summary.slice(2).sort(), [
    'session-3: abram@montague.example',
    'session-3: romeo@montague.example',
  ])
  for (const { settle } of stage.sent.slice(2)) settle()
  assert.deepEqual(done, [true])
})

test('strays are not told what is over, and nobody when the publisher went elsewhere', () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const over = setUp(false)
  over.send(['romeo@montague.example'])
  over.stage.sent[0]!.settle(['romeo@montague.example'])
  const moved = setUp()
  moved.send(['romeo@montague.example'])
  moved.stage.sent[0]!.settle(['romeo@montague.example'])
  moved.stage.serves = false
  mock.timers.tick(100)
  mock.timers.reset()
  assert.deepEqual([over.stage.sent.length, over.done], [1, [true]])
  assert.deepEqual([moved.stage.sent.length, moved.done], [1, [false]])
})
