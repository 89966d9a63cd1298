import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Custody } from './custody.ts'

function setUp(start = 0): { custody: Custody; told: number[] } {
  const told: number[] = []
  const custody = new Custody(start, () => told.push(custody.settled))
  return { custody, told }
}

test('custody comes in order, whatever is done first', () => {
  const { custody, told } = setUp()
  const [one, two, three] = [1, 2, 3].map((count) => custody.begin(count))
  two!.release()
  assert.equal(custody.settled, 0)
  one!.release()
  assert.equal(custody.settled, 2)
  three!.hold()
  three!.release()
  assert.equal(custody.settled, 2)
  three!.release()
  assert.deepEqual([custody.settled, custody.received, told], [3, 3, [2, 3]])
})

test('an obligation is released once for each hold, and never below that', () => {
  const { custody } = setUp()
  const one = custody.begin(1)
  one.release()
  one.release()
  custody.begin(2)
  assert.equal(custody.settled, 1)
})

test('what failed is forgiven, whoever holds it', () => {
  const { custody } = setUp()
  const one = custody.begin(1)
  one.hold()
  one.forgive()
  one.release()
  assert.equal(custody.settled, 1)
})

test('a new owner starts where the edge was told; what the former one owed is void', () => {
  const { custody } = setUp(7)
  const late = custody.begin(8)
  custody.restart(5)
  late.release()
  assert.deepEqual([custody.settled, custody.received], [5, 5])
  custody.begin(6).release()
  assert.equal(custody.settled, 6)
})

test('who waits is told when all that was accepted is in custody, or void', () => {
  const { custody } = setUp()
  const heard: string[] = []
  custody.whenSettled(() => heard.push('nothing owed'))
  const [one, two] = [custody.begin(1), custody.begin(2)]
  custody.whenSettled(() => heard.push('both done'))
  two.release()
  assert.deepEqual([custody.isSettled, heard], [false, ['nothing owed']])
  one.release()
  assert.deepEqual([custody.isSettled, heard], [true, ['nothing owed', 'both done']])
  custody.begin(3)
  custody.whenSettled(() => heard.push('void'))
  custody.restart(2)
  assert.deepEqual(heard.at(-1), 'void')
})

test('property: settled is the length of the released prefix', () => {
  const order = fc.integer({ min: 1, max: 30 }).chain((length) => {
    const counts = Array.from({ length }, (_, index) => index + 1)
    return fc.shuffledSubarray(counts)
  })
  fc.assert(
    fc.property(order, (released) => {
      const { custody } = setUp()
      const obligations = Array.from({ length: 30 }, (_, index) => custody.begin(index + 1))
      for (const count of released) obligations[count - 1]!.release()
      let prefix = 0
      while (released.includes(prefix + 1)) prefix++
      assert.equal(custody.settled, prefix)
    }),
  )
})
