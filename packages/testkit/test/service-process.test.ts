import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ServiceProcess } from '../src/index.ts'

const PROGRAM = `
import { readFileSync } from 'node:fs'
const config = JSON.parse(readFileSync(process.argv[3], 'utf8'))
if (config.fails) throw new Error('it fails')
process.on('SIGTERM', () => { console.log('{"event":"drained"}'); process.exit(0) })
setInterval(() => console.log('{"event":"beat"}'), 10)
console.log('plain text')
console.log(JSON.stringify({ event: 'ready', greeting: config.greeting }))
`
const dir = await mkdtemp(join(tmpdir(), 'hg-process-'))
after(() => rm(dir, { recursive: true, force: true }))
const entry = join(dir, 'main.mjs')
await writeFile(entry, PROGRAM)

const processOf = (config: object): ServiceProcess =>
  new ServiceProcess({ name: 'p-1', service: 'none', entry, config, dir: join(dir, 'own') })

test('it is started, read, killed, started again and drained', async () => {
  await using own = processOf({ greeting: 'hello' })
  const ready = await own.start()
  assert.equal(ready.greeting, 'hello')
  assert.deepEqual(own.logs[0], { event: 'output', text: 'plain text' })
  await own.kill()
  assert.equal(own.running, false)
  await own.start()
  assert.equal(await own.drain(), 0)
  assert.equal(own.logs.at(-1)?.event, 'drained')
})

test('frozen it logs nothing until it is thawed', async () => {
  await using own = processOf({})
  await own.start()
  own.freeze()
  await new Promise((resolve) => setTimeout(resolve, 100))
  const before = own.logs.length
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(own.logs.length, before)
  own.thaw()
  await own.logged((line) => line.event === 'beat' && own.logs.length > before)
})

test('an end before it is ready is told with what it said', async () => {
  await using own = processOf({ fails: true })
  await assert.rejects(own.start(), /it fails/)
})
