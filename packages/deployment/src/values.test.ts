import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { chartFiles } from './chart-files.ts'
import { CHART } from './root.ts'
import { valuesFile } from './values-file.ts'

const { values, descriptions } = valuesFile()

test('what is made of the chart is as it would be made now', () => {
  const made = chartFiles(readFileSync(`${CHART}/README.md`, 'utf8'))
  for (const [path, text] of made)
    assert.ok(readFileSync(`${CHART}/${path}`, 'utf8') === text, `${path}: run pnpm pages`)
})

test('every value is described', () => {
  const silent: string[] = []
  const visit = (value: unknown, path: string): void => {
    if (descriptions.has(path)) return
    const children = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
    if (children.length === 0) silent.push(path)
    for (const [key, child] of children) visit(child, path === '' ? key : `${path}.${key}`)
  }
  visit(values, '')
  assert.deepEqual(silent, [])
})

test('no password, secret or key is among the defaults', () => {
  const told = [...JSON.stringify(values).matchAll(/"(password|secret|token|accessKeyId|secretAccessKey)":"([^"]*)"/gi)]
  assert.deepEqual(told, [])
})
