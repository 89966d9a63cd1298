import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logEventsIn } from './log-events.ts'
import { metricsIn } from './metrics.ts'
import { withSection } from './section.ts'

const source = (text: string) => [{ path: 'services/muc/src/events.ts', part: 'muc', text }]

test('metrics are found where they are declared outright, by a constant prefix, and by a helper', () => {
  const text = `
    const PREFIX = 'heliograph_room'
    const help = 'Kept elsewhere.'
    metrics.gauge('heliograph_rooms', 'Rooms in memory.', () => 1)
    metrics.counter(\`\${PREFIX}_joins_total\`, 'Joins.', { outcome: 'done' })
    metrics.total('heliograph_seconds_total', help, () => 1)
    const counter = (name: string, help: string) => metrics.counter(\`heliograph_muc_\${name}_total\`, help)
    counter('kicks', 'Occupants that were kicked')
    counter(
      'bans',
      'Users that were banned',
    )`
  const found = metricsIn(source(text)).map(({ name, kind, help }) => [name, kind, help])
  assert.deepEqual(found, [
    ['heliograph_muc_bans_total', 'counter', 'Users that were banned'],
    ['heliograph_muc_kicks_total', 'counter', 'Occupants that were kicked'],
    ['heliograph_room_joins_total', 'counter', 'Joins.'],
    ['heliograph_rooms', 'gauge', 'Rooms in memory.'],
    ['heliograph_seconds_total', 'counter', 'Kept elsewhere.'],
  ])
})

test('log events are found with their levels, also where there is a choice', () => {
  const text = `
    this.#log.info('room_loaded', { room })
    log?.warn(full ? 'room_full' : 'room_free')
    context.log.error(
      'room_loaded',
    )
    this.#debug('left', connection)`
  assert.deepEqual(logEventsIn(source(text)), [
    { event: 'left', level: 'debug', parts: ['muc'] },
    { event: 'room_free', level: 'warn', parts: ['muc'] },
    { event: 'room_full', level: 'warn', parts: ['muc'] },
    { event: 'room_loaded', level: 'info, error', parts: ['muc'] },
  ])
})

test('a section is replaced between its markers, and only there', () => {
  const page = 'before\n<!-- made: x -->\nold\n<!-- end: x -->\nafter\n'
  assert.equal(withSection(page, 'x', 'new'), 'before\n<!-- made: x -->\nnew\n<!-- end: x -->\nafter\n')
  assert.throws(() => withSection(page, 'y', 'new'), /no markers for y/)
})
