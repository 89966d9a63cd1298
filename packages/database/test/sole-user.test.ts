import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { OperatorError, silentTelemetry } from '@heliograph/telemetry'
import { becomeSoleUser } from '../src/index.ts'
import { TestServer } from './server.ts'

const own = await TestServer.start()
const { log } = silentTelemetry()
const claim = (instance: string, waitMs: number, onTaken: (reason: string) => void = assert.fail) =>
  becomeSoleUser({ url: own.server.url, instance, waitMs, onTaken, log, signal: AbortSignal.timeout(60_000) })

test('one alone uses a database; the next is told who, or waits for it to leave', async () => {
  const first = await claim('standalone-1', 100)
  await assert.rejects(claim('standalone-2', 100), (error: unknown) => {
    assert.ok(error instanceof OperatorError)
    assert.match(error.message, /is in use by heliograph standalone-1: a standalone server needs a database of its own/)
    return true
  })
  const waiting = claim('standalone-3', 30_000)
  await first[Symbol.asyncDispose]()
  await using _third = await waiting
  await assert.rejects(claim('standalone-4', 100), /standalone-3/)
})

test('it is claimed again after the database was away, unless somebody else was faster', async () => {
  let taken = ''
  await using _first = await claim('standalone-1', 5_000, (reason) => {
    taken = reason
  })
  await own.server.stop()
  await own.restart()
  const until = Date.now() + 30_000
  for (;;) {
    // Whoever is first after the restart has it; either way only one has.
    const second = await claim('standalone-2', 0).catch((error: unknown) => error)
    if (second instanceof OperatorError) break
    if (second instanceof Error) assert.ok(Date.now() < until, second.message)
    else {
      while (taken === '') {
        assert.ok(Date.now() < until, 'the first does not notice')
        await sleep(20)
      }
      assert.match(taken, /standalone-2/)
      await (second as AsyncDisposable)[Symbol.asyncDispose]()
      return
    }
    await sleep(20)
  }
  assert.equal(taken, '')
})
