import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const CHAOS = join(import.meta.dirname, '../chaos/main.ts')
/** Processes die and leave, clocks jump, NATS and Redis pause, are slow, or start empty; what is under way then differs from run to run. */
const SHORT = ['--seed', '6', '--beats', '10', '--doubles', '20']

test('a short schedule of chaos breaks no promise', async () => {
  const { stdout, code } = await run(process.execPath, [CHAOS, ...SHORT], { maxBuffer: 2 ** 26 }).then(
    ({ stdout }) => ({ stdout, code: 0 }),
    (error: { readonly stdout: string; readonly code: number }) => error,
  )
  assert.equal(code, 0, stdout)
  assert.match(stdout, /Done: \d+ faults, [1-9]\d* chat messages, [1-9]\d* messages to rooms/)
})
