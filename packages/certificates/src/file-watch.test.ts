import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { FileWatch } from './file-watch.ts'

test('a change, a loss and a return of a file are told, each once', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'hg-watch-'))
  t.after(() => rm(directory, { recursive: true }))
  const [file, other] = [join(directory, 'a'), join(directory, 'b')]
  for (const each of [file, other]) await writeFile(each, 'one')
  let told = 0
  const count = async () => void told++
  await using watch = await FileWatch.open({
    ...{ files: () => [file, other], changed: count, pollMs: 5, signal: new AbortController().signal },
  })
  assert.ok(watch)
  const until = async (times: number) => {
    for (const end = Date.now() + 20_000; told < times; await sleep(5)) assert.ok(Date.now() < end)
  }
  await writeFile(other, 'three')
  await until(1)
  await rename(file, `${file}.away`)
  await until(2)
  await rename(`${file}.away`, file)
  await until(3)
  assert.equal(told, 3)
})
