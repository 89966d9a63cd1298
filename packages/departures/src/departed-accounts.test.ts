import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Querier } from '@heliograph/database'
import { type BareJid, ensureBare } from '@heliograph/jid'
import { silentTelemetry } from '@heliograph/telemetry'
import { DepartedAccounts } from './departed-accounts.ts'

const romeo = ensureBare('romeo@montague.example')
const { log } = silentTelemetry()

test('who departed lately is told when an account changes, all within a minute, also after the database was away', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const told: BareJid[][] = []
  const asked: unknown[] = []
  let rows: { jid: BareJid }[] = []
  let fails = false
  const query = async (_name: string, _sql: string, params: readonly unknown[] = []) => {
    asked.push(params[0])
    if (fails) throw new Error('away')
    return { rows, count: rows.length }
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  using departed = new DepartedAccounts({
    db: { query } as unknown as Querier,
    log,
    onDeparted: (users) => told.push([...users]),
  })
  departed.refresh()
  await settled()
  assert.deepEqual([asked, told], [[30], []])
  rows = [{ jid: romeo }]
  departed.refresh()
  departed.refresh()
  await settled()
  assert.equal(asked.length, 1)
  t.mock.timers.tick(1_000)
  await settled()
  assert.deepEqual([asked, told], [[30, 30], [[romeo]]])
  fails = true
  t.mock.timers.tick(1_000)
  await settled()
  departed.refresh()
  await settled()
  assert.equal(told.length, 1)
  fails = false
  t.mock.timers.tick(60_000)
  await settled()
  t.mock.timers.tick(1_000)
  await settled()
  assert.deepEqual([asked.at(-1), told.length], [3_600, 2])
})
