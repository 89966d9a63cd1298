import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { logEventsIn } from './log-events.ts'
import { metricsIn } from './metrics.ts'
import { OPERATIONS, operationsPage, pages } from './pages.ts'
import { ROOT, sources } from './sources.ts'

const files = sources()
const metrics = new Set(metricsIn(files).map(({ name }) => name))
const events = new Set(logEventsIn(files).map(({ event }) => event))
const options = new Set(
  [...readFileSync(`${ROOT}docs/configuration.md`, 'utf8').matchAll(/^\| `([\w.]+)`/gm)].map(([, name]) => name),
)
const sections = new Set([...options].map((option) => option?.split('.')[0]))

/** An option, or a group of them. */
const isOption = (name: string) => [...options].some((option) => option === name || option?.startsWith(`${name}.`))

/** `[text](target)`, and the names in backticks that follow it. */
const LINK = /\]\(([^)\s]+)\)((?:,? `[^`]+`)*)/g

test('docs/operations.md has the metrics and log events of the sources', () => {
  const page = readFileSync(`${ROOT}${OPERATIONS}`, 'utf8')
  assert.ok(page === operationsPage(page), 'run: pnpm pages')
})

for (const { path, text } of pages()) {
  test(`${path}: every link leads somewhere, every name after one is in that file`, () => {
    for (const [, target = '', names = ''] of text.matchAll(LINK)) {
      if (/^(https?:|#)/.test(target)) continue
      const file = join(ROOT, dirname(path), target.split('#')[0] ?? '')
      assert.ok(existsSync(file), `${target} does not exist`)
      if (!file.endsWith('.ts')) continue
      const source = readFileSync(file, 'utf8')
      for (const [, name = ''] of names.matchAll(/`([^`]+)`/g))
        assert.ok(source.includes(name), `${target} has no ${name}`)
    }
  })

  test(`${path}: every metric, log event and option that is named exists`, () => {
    for (const [, name = ''] of text.matchAll(/`(heliograph_[a-z_]+[a-z])`/g)) assert.ok(metrics.has(name), name)
    for (const [, name = ''] of text.matchAll(/`([a-zA-Z]+\.[a-zA-Z.]+)`/g)) {
      if (sections.has(name.split('.')[0])) assert.ok(isOption(name), name)
    }
    for (const [, name = ''] of text.matchAll(/^\| `([a-z]+(?:_[a-z]+)+)` \|/gm)) {
      assert.ok(events.has(name) || metrics.has(name), name)
    }
  })
}
