import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { Directory } from './directory.ts'

const sms = ensureDomain('sms.example')
const people = Array.from({ length: 200 }, (_, i) => `person-${i}@capulet.example`)

function directory() {
  let now = 1_000
  const made = new Directory(() => now)
  return {
    made,
    advance: (ms: number) => {
      now += ms
    },
  }
}

test('people are shared among streams, and only those of a stream that is gone go elsewhere', () => {
  const { made } = directory()
  made.learn('gateway-a', 1, [
    { domain: sms, number: 1 },
    { domain: sms, number: 2 },
  ])
  made.learn('gateway-b', 1, [{ domain: sms, number: 1 }])
  const before = people.map((person) => made.choose(sms, person)!)
  const shares = Map.groupBy(before, ({ instance, number }) => `${instance} ${number}`)
  assert.equal(shares.size, 3)
  for (const [name, { length }] of shares) assert.ok(length > 30, `${name} has ${length}`)
  made.learn('gateway-a', 2, [{ domain: sms, number: 1 }])
  people.forEach((person, i) => {
    const was = before[i]!
    const isGone = was.instance === 'gateway-a' && was.number === 2
    if (!isGone) assert.deepEqual(made.choose(sms, person), was)
  })
})

test('what was told late changes nothing', () => {
  const { made } = directory()
  made.learn('gateway-a', 2, [])
  made.learn('gateway-a', 1, [{ domain: sms, number: 1 }])
  assert.equal(made.choose(sms, people[0]!), undefined)
})

test('it is known for how long a component has been away', () => {
  const { made, advance } = directory()
  advance(1_999)
  assert.equal(made.absentMs(sms), 0, 'the others have yet to tell')
  advance(1)
  assert.equal(made.absentMs(sms), 2_000)
  made.learn('gateway-a', 1, [{ domain: sms, number: 1 }])
  advance(100)
  assert.equal(made.absentMs(sms), 0)
  made.forget('gateway-a')
  advance(7)
  assert.equal(made.absentMs(sms), 7)
})
