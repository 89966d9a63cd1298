import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { NODE_FLAGS } from './node-flags.ts'

const text = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8')

test('services are tested with the flags that they are started with and have in the image', () => {
  const flags = NODE_FLAGS.join(' ')
  const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> }
  assert.equal(scripts.start, `node ${flags} services/standalone/src/main.ts`)
  assert.ok(text('Dockerfile').includes(` NODE_OPTIONS=${flags} `))
})
