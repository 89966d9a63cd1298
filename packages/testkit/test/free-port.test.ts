import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { freePort } from '../src/index.ts'

const run = promisify(execFile)
const MODULE = join(import.meta.dirname, '../src/free-port.ts')
/** Asks as another process would that happens to look where this one did first. */
const OTHER = `
Object.defineProperty(process, 'pid', { value: ${process.pid} })
const { freePort } = await import(${JSON.stringify(MODULE)})
console.log(JSON.stringify(await Promise.all(Array.from({ length: 150 }, () => freePort()))))
`

test('no two processes are given the same port, however many they ask for', async () => {
  const own = await Promise.all(Array.from({ length: 150 }, () => freePort()))
  const others = await Promise.all(
    [1, 2].map(async () => {
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', OTHER])
      return JSON.parse(stdout) as number[]
    }),
  )
  const all = [...own, ...others.flat()]
  assert.equal(new Set(all).size, all.length)
  for (const port of all) assert.ok(port > 10_240 && port < 32_768, `${port}`)
})
