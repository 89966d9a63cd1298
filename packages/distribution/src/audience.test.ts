import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kind } from '@heliograph/bus'
import { domainOf } from '@heliograph/jid'
import fc from 'fast-check'
import { Audience } from './audience.ts'
import { Audiences } from './audiences.ts'
import { differenceOf } from './difference.ts'

let asked = 0
const hosts = {
  kindOf: (jid: Parameters<typeof domainOf>[0]) => {
    asked++
    return domainOf(jid) === 'example.org' ? Kind.user : Kind.domain
  },
}
const local = (i: number) => `user${i}@example.org/desk`

function shape({ recipients, byPartition, remote }: Audience) {
  const groups = [...byPartition].map(([partition, those]) => [partition, [...those].sort()] as const)
  return { recipients, groups: groups.sort(([a], [b]) => a - b), remote: [...remote].sort() }
}

test('who comes or goes changes an audience without the others being grouped anew', () => {
  const everybody = Array.from({ length: 500 }, (_, i) => local(i))
  const audience = Audience.of(everybody, hosts)
  const next = [...everybody.filter((_, i) => i !== 250), local(500), 'guest@elsewhere.example/desk']
  asked = 0
  const changed = audience.changedTo(next, hosts)
  assert.equal(asked, 3)
  assert.deepEqual(shape(changed!), shape(Audience.of(next, hosts)))
  assert.equal(changed!.recipients, next)
  assert.equal(audience.changedTo(everybody.slice(0, 400), hosts), undefined)
  assert.deepEqual(shape(audience), shape(Audience.of(everybody, hosts)))
})

test('what is for thousands of an instance goes in several envelopes, each for partitions of its own', () => {
  const everybody = Array.from({ length: 5_000 }, (_, i) => local(i))
  const routes = { view: 1, ownerOf: (partition: number) => ({ instance: `session-${partition % 2}`, epoch: 1 }) }
  const { shares, unowned } = Audience.of(everybody, hosts).placed(routes as never)
  assert.deepEqual(unowned, [])
  assert.deepEqual(shares.flatMap(({ recipients }) => recipients).sort(), [...everybody].sort())
  assert.ok(shares.length >= 10 && shares.length <= 14, `${shares.length}`)
  for (const { recipients } of shares) assert.ok(recipients.length <= 500)
  const partitions = shares.flatMap((share) => [...share.partitions])
  assert.equal(new Set(partitions).size, partitions.length)
})

test('whoever came, went, changed places or is listed twice: what is derived is what is made anew', () => {
  const who = fc.nat(40).map((i) => (i % 5 === 0 ? `user${i}@elsewhere.example/desk` : local(i)))
  const step = fc.record({ at: fc.nat(60), take: fc.nat(2), put: fc.array(who, { maxLength: 2 }) })
  let derived = 0
  fc.assert(
    fc.property(fc.array(who, { maxLength: 60 }), fc.array(step, { maxLength: 6 }), (first, steps) => {
      const audiences = new Audiences(hosts)
      let list: readonly string[] = first
      audiences.make(list)
      for (const { at, take, put } of steps) {
        const before = list
        list = before.toSpliced(at, take, ...put)
        const difference = differenceOf(before, list)
        if (difference) {
          derived++
          const left = [...before]
          for (const one of difference.gone) left.splice(left.indexOf(one), 1)
          assert.deepEqual([...left, ...difference.come].sort(), [...list].sort())
        }
        assert.deepEqual(shape(audiences.make(list)), shape(Audience.of(list, hosts)))
      }
    }),
    { numRuns: 500 },
  )
  assert.ok(derived > 500, `${derived}`)
})

test('the same list is grouped once while others come in between, and not for ever', () => {
  const audiences = new Audiences(hosts)
  const lists = Array.from({ length: 5 }, (_, i) => [local(i)])
  const [first] = lists.slice(0, 4).map((list) => audiences.make(list))
  assert.equal(audiences.find(lists[0]!), first)
  audiences.make(lists[4]!)
  assert.deepEqual([audiences.find(lists[0]!), audiences.find(lists[1]!)], [first, undefined])
})

test('large lists are grouped once as long as they are there', () => {
  const audiences = new Audiences(hosts)
  const pages = Array.from({ length: 8 }, (_, page) => Array.from({ length: 100 }, (_, i) => local(1_000 * page + i)))
  const made = pages.map((page) => audiences.make(page))
  assert.deepEqual(
    pages.map((page) => audiences.find(page)),
    made,
  )
})
