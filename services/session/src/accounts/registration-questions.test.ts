import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Domain } from '@heliograph/jid'
import { MemoryLiveState } from '@heliograph/live-state'
import { RegistrationQuestions } from './registration-questions.ts'

const HOME = 'capulet.example' as Domain
const NAME = { question: 'Whose name is a rose?', answers: ['Any other', 'whatever'] }
const mark = (text: string) => createHmac('sha256', 'secret').update(text).digest()

function questions(list = [NAME], now = () => 0) {
  return new RegistrationQuestions({ questions: list, counters: new MemoryLiveState(), mark, now })
}

test('an answer counts whatever its case and spacing, and no other does', async () => {
  const asked = questions()
  for (const [answer, right] of [
    ['any  OTHER ', true],
    ['ｗhatever', true],
    ['a rose', false],
    ['', false],
  ] as const) {
    const { id, question } = asked.ask(HOME)!
    assert.equal(question, NAME.question)
    assert.equal(await asked.isRight(HOME, id, answer), right, answer)
  }
})

test('a challenge takes five answers, is good for one account, and for ten minutes', async () => {
  let now = 0
  const asked = questions([NAME], () => now)
  const { id } = asked.ask(HOME)!
  const outcomes: boolean[] = []
  for (let i = 0; i < 6; i++) outcomes.push(await asked.isRight(HOME, id, 'whatever'))
  assert.deepEqual(outcomes, [true, true, true, true, true, false])
  const spent = asked.ask(HOME)!.id
  await asked.spend(spent)
  assert.equal(await asked.isRight(HOME, spent, 'whatever'), false)
  const late = asked.ask(HOME)!.id
  now = 601_000
  assert.equal(await asked.isRight(HOME, late, 'whatever'), false)
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
  for (const each of forged) assert.equal(await asked.isRight(HOME, each, 'whatever'), false, each)
  assert.equal(await asked.isRight('montague.example' as Domain, id, 'whatever'), false)
  assert.equal(await questions([{ ...NAME, question: 'Another?' }]).isRight(HOME, id, 'whatever'), false)
  assert.equal(await questions([]).isRight(HOME, id, 'whatever'), false)
  assert.equal(questions([]).ask(HOME), undefined)
})
