import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { endChild, spawnChild } from '../src/child.ts'
import { freePort } from '../src/index.ts'

const MODULE = join(import.meta.dirname, '../src/free-port.ts')
/** Asks as another process would that happens to look where this one did first, and lives on. */
const OTHER = `
Object.defineProperty(process, 'pid', { value: ${process.pid} })
const { freePort } = await import(${JSON.stringify(MODULE)})
console.log(JSON.stringify(await Promise.all(Array.from({ length: 150 }, () => freePort()))))
setInterval(() => {}, 1000)
`

test('no two processes that live are given the same port, however many they ask for', async () => {
  const own = await Promise.all(Array.from({ length: 150 }, () => freePort()))
  const children = [1, 2].map(() => spawnChild(process.execPath, ['--input-type=module', '-e', OTHER]))
  try {
    const others = await Promise.all(
      children.map(async ({ stdout }) => {
        const [line] = await once(createInterface(stdout!), 'line')
        return JSON.parse(String(line)) as number[]
      }),
    )
    const all = [...own, ...others.flat()]
    assert.equal(all.length, 450)
    assert.equal(new Set(all).size, all.length)
    for (const port of all) assert.ok(port > 10_240 && port < 32_768, `${port}`)
  } finally {
    await Promise.all(children.map((child) => endChild(child, 'SIGKILL')))
  }
})
