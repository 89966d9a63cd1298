import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { MemoryLiveState } from '@heliograph/live-state'
import { Questions } from './questions.ts'

const HOME = 'capulet.example'
const NAME = { question: 'Whose name is a rose?', answers: ['Any other', 'whatever'] }
const mark = (text: string) => createHmac('sha256', 'secret').update(text).digest()

function questions(list = [NAME], now = () => 0) {
  return new Questions({ purpose: 'registration', questions: list, counters: new MemoryLiveState(), mark, now })
}

test('an answer counts whatever its case and spacing, and no other does', async () => {
  const asked = questions()
  for (const [answer, judged] of [
    ['any  OTHER ', 'right'],
    ['ｗhatever', 'right'],
    ['a rose', 'wrong'],
    ['', 'wrong'],
  ] as const) {
    const { id, question } = asked.ask(HOME)!
    assert.equal(question, NAME.question)
    assert.equal(await asked.judge(HOME, id, answer), judged, answer)
  }
})

test('a challenge takes five answers, is good for one account, and for ten minutes', async () => {
  let now = 0
  const asked = questions([NAME], () => now)
  const { id } = asked.ask(HOME)!
  const outcomes: string[] = []
  for (let i = 0; i < 6; i++) outcomes.push(await asked.judge(HOME, id, 'whatever'))
  assert.deepEqual(outcomes, ['right', 'right', 'right', 'right', 'right', 'void'])
  const spent = asked.ask(HOME)!.id
  await asked.spend(spent)
  assert.equal(await asked.judge(HOME, spent, 'whatever'), 'void')
  const late = asked.ask(HOME)!.id
  now = 601_000
  assert.equal(await asked.judge(HOME, late, 'whatever'), 'void')
})

test('what was not asked, or elsewhere, or is asked no more, is not answered', async () => {
  const asked = questions()
  const { id } = asked.ask(HOME)!
  const forged = [
    '',
    'x',
    id.slice(0, -1),
    `${id}0`,
    id.replace(/^0/, '1'),
    id.replace(/\.(\d)/, '.9$1'),
    `0.9999999999.${'0'.repeat(18)}.${'A'.repeat(24)}`,
  ]
  for (const each of forged) assert.equal(await asked.judge(HOME, each, 'whatever'), 'void', each)
  assert.equal(await asked.judge('montague.example', id, 'whatever'), 'void')
  assert.equal(await questions([{ ...NAME, question: 'Another?' }]).judge(HOME, id, 'whatever'), 'void')
  assert.equal(await questions([]).judge(HOME, id, 'whatever'), 'void')
  assert.equal(questions([]).ask(HOME), undefined)
  assert.deepEqual([asked.asked(HOME, id), asked.asked('x', id)], [NAME.question, undefined])
  const elsewhere = new Questions({
    purpose: 'room',
    questions: [NAME],
    counters: new MemoryLiveState(),
    mark,
    now: () => 0,
  })
  assert.equal(await elsewhere.judge(HOME, id, 'whatever'), 'void')
})
