import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecipientBudget, Recipients } from './recipients.ts'

const name = (i: number) => `u${String(i).padStart(5, '0')}@montague.example`

function setUp(count: number, budget = new RecipientBudget(10_000)) {
  const all = Array.from({ length: count }, (_, i) => name(i))
  let reads = 0
  const recipients = new Recipients(async (after, max) => {
    reads++
    return all.filter((each) => each > after).slice(0, max)
  }, budget)
  const told = async (now = 0) => {
    const pages: (readonly string[])[] = []
    for await (const page of recipients.pages(now)) pages.push(page)
    return pages
  }
  return { all, recipients, told, budget, reads: () => reads }
}

test('pages are read once, and again when something changed or time has passed', async () => {
  const { all, recipients, told, reads } = setUp(2_500)
  const first = await told()
  assert.deepEqual(first.flat(), all)
  const again = await told()
  assert.deepEqual(
    again.map((page, i) => page === first[i]),
    [true, true, true],
  )
  assert.equal(reads(), 3)
  all.push(name(9_000))
  recipients.changed()
  assert.deepEqual((await told()).flat(), all)
  await told(70_000)
  assert.equal(reads(), 9)
})

test('a client and its user are told in two parts', async () => {
  const { all, told } = setUp(0)
  all.push('a@b.example', 'a@b.example/c', 'd@b.example')
  assert.deepEqual(await told(), [['a@b.example', 'd@b.example'], ['a@b.example/c']])
})

test('a large node is never kept whole, and what is unused gives way', async () => {
  const budget = new RecipientBudget(4_000)
  const large = setUp(5_000, budget)
  assert.equal((await large.told()).flat().length, 5_000)
  assert.equal(budget.kept, 2_000)
  const small = [setUp(900, budget), setUp(900, budget), setUp(900, budget)]
  for (const each of small) await each.told()
  assert.equal(budget.kept, 2_700)
  for (const each of small) await each.told()
  assert.deepEqual(
    small.map(({ reads }) => reads()),
    [1, 1, 1],
  )
  large.recipients.changed()
  for (const each of small) each.recipients.changed()
  assert.equal(budget.kept, 0)
})

test('nodes that keep nothing are not held, and many make room at once', async () => {
  const budget = new RecipientBudget(2_000)
  const empty = setUp(0, budget)
  empty.recipients.changed()
  await empty.told()
  empty.recipients.changed()
  assert.equal(budget.nodes, 0)
  const small = Array.from({ length: 2_000 }, () => setUp(1, budget))
  for (const each of small) await each.told()
  const large = setUp(990, budget)
  await large.told()
  assert.deepEqual([budget.kept, budget.nodes], [2_000, 1_011])
  for (const each of [large, ...small]) each.recipients.changed()
  assert.deepEqual([budget.kept, budget.nodes], [0, 0])
})
