import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cluster, Member } from '@heliograph/testkit'
import { Book } from './ledger/book.ts'
import { Supervisor } from './supervisor.ts'

/** A process that takes a while to start; it ends at once. */
class FakeProcess {
  readonly name = 'muc-1'
  readonly logs = []
  running = true
  starts = 0
  fail: ((error: Error) => void) | undefined

  async start(): Promise<void> {
    this.running = true
    this.starts++
    await new Promise<void>((resolve, reject) => {
      this.fail = reject
      setTimeout(resolve, 300)
    })
  }

  serving = async (): Promise<void> => {}

  async kill(): Promise<void> {
    this.running = false
    this.fail?.(new Error('ended before it was ready'))
  }

  async drain(): Promise<number | null> {
    const ended = this.running ? 0 : null
    this.running = false
    return ended
  }
}

test('an instance that is killed while it starts, or before it is drained, ended as it was to', async () => {
  const process = new FakeProcess()
  const member = { process } as unknown as Member
  const book = new Book()
  await using supervisor = new Supervisor({ members: [member] } as unknown as Cluster, book)
  supervisor.start()
  assert.equal(await supervisor.drain(member, 0), 0)
  const killed = supervisor.kill(member, 1_000)
  assert.equal(await supervisor.drain(member, 0), 'killed')
  await killed
  assert.deepEqual([book.noted, supervisor.exits], [[], []])
  process.running = false
  Object.assign(process, { exited: Promise.resolve(2) })
  while (supervisor.exits.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(
    book.noted.map(({ kind }) => kind),
    ['exit'],
  )
})
