import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Mailbox } from './mailbox.ts'

const unexpected = (error: unknown) => assert.fail(String(error))

test('an idle mailbox handles an item before push returns', () => {
  const seen: number[] = []
  const mailbox = new Mailbox<number>({ handle: (item) => void seen.push(item), failed: unexpected, bound: 1 })
  assert.deepEqual([mailbox.push(1), mailbox.push(2), mailbox.busy, mailbox.depth], [true, true, false, 0])
  assert.deepEqual(seen, [1, 2])
})

test('what is pushed while an item is handled follows it', () => {
  const seen: number[] = []
  const mailbox = new Mailbox<number>({
    handle: (item) => {
      if (item < 3) mailbox.push(item + 1)
      seen.push(item)
    },
    failed: unexpected,
    bound: 10,
  })
  mailbox.push(1)
  assert.deepEqual(seen, [1, 2, 3])
})

test('a mailbox takes no more than its bound beside the item that is handled', async () => {
  let release = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const mailbox = new Mailbox<number>({ handle: () => gate, failed: unexpected, bound: 2 })
  assert.deepEqual(
    [1, 2, 3, 4].map((item) => mailbox.push(item)),
    [true, true, true, false],
  )
  assert.equal(mailbox.depth, 2)
  release()
  await mailbox.settled()
  assert.deepEqual([mailbox.depth, mailbox.busy], [0, false])
})

test('what can not be refused is taken at the bound, in its turn', async () => {
  const seen: number[] = []
  const mailbox = new Mailbox<number>({
    handle: async (item) => {
      await Promise.resolve()
      seen.push(item)
    },
    failed: unexpected,
    bound: 1,
  })
  for (const item of [1, 2, 3]) mailbox.push(item)
  mailbox.pushBeyond(4)
  await mailbox.settled()
  assert.deepEqual(seen, [1, 2, 4])
})

test('one bad item stops nothing', async () => {
  const seen: number[] = []
  const bad: number[] = []
  const mailbox = new Mailbox<number>({
    handle: (item) => {
      if (item === 1) throw new Error('at once')
      if (item === 2) return Promise.reject(new Error('later'))
      seen.push(item)
    },
    failed: (_, item) => void bad.push(item),
    bound: 10,
  })
  for (const item of [1, 2, 3]) mailbox.push(item)
  await mailbox.settled()
  assert.deepEqual([seen, bad], [[3], [1, 2]])
})

test('items are handled in order, one at a time, whether or not they wait', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 200 }), async (kinds) => {
      const seen: number[] = []
      let running = 0
      const mailbox = new Mailbox<number>({
        async handle(item) {
          assert.equal(running++, 0)
          for (let i = 0; i < kinds[item]!; i++) await undefined
          running--
          seen.push(item)
        },
        failed: unexpected,
        bound: 1000,
      })
      for (const item of kinds.keys()) {
        mailbox.push(item)
        if (kinds[item] === 2) await undefined
      }
      await mailbox.settled()
      assert.deepEqual(seen, [...kinds.keys()])
    }),
    { numRuns: 50 },
  )
})
