import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { configurationMarkdown } from './markdown.ts'
import { optionTable } from './options.ts'

test('docs/configuration.md is current', () => {
  const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')
  assert.ok(page === configurationMarkdown(), 'run: node packages/config/src/bin/write-docs.ts')
})

test('every option says what it means, and no two share a variable', () => {
  const { options } = optionTable()
  assert.deepEqual(
    options.filter((option) => option.description === '').map((option) => option.path.join('.')),
    [],
  )
  const variables = options.flatMap((option) => option.variable ?? [])
  assert.equal(new Set(variables).size, variables.length)
})
