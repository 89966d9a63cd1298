import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGatedLogger, createLogger, type Logger, type LogLevel } from './logger.ts'
import { traceContext } from './trace-context.ts'

function collecting(level: LogLevel): { log: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) }
  return { log: createLogger({ level, fields: { service: 'muc' }, destination }), lines }
}

test('a line holds level, time, event, the base fields and its own', () => {
  const { log, lines } = collecting('info')
  log.child({ conn: 7 }).info('room_loaded', { room: 'a@conference.localhost', skipped: undefined })
  assert.match(String(lines[0]?.time), /^\d{4}-\d\d-\d\dT/)
  assert.deepEqual(
    { ...lines[0], time: '' },
    { level: 'info', time: '', service: 'muc', conn: 7, event: 'room_loaded', room: 'a@conference.localhost' },
  )
})

test('lines below the level are not written', () => {
  const { log, lines } = collecting('warn')
  log.info('quiet')
  log.warn('loud')
  assert.deepEqual(
    lines.map((line) => line.event),
    ['loud'],
  )
  assert.equal(log.enabled('info'), false)
})

test('the level may change while loggers are used, for their children, too', () => {
  const lines: string[] = []
  const gate = { level: 'warn' as LogLevel }
  const log = createGatedLogger({ gate, fields: {}, destination: { write: (line: string) => lines.push(line) } })
  const child = log.child({ conn: 7 })
  child.debug('before')
  gate.level = 'debug'
  child.debug('after')
  gate.level = 'silent'
  child.error('too late')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).event),
    ['after'],
  )
})

test('content and secrets are withheld, whoever passes them', () => {
  const { log, lines } = collecting('debug')
  log.debug('stanza_read', { body: 'hello', password: 'pencil', xml: '<message/>', jid: 'a@localhost' })
  const line = lines[0]
  assert.deepEqual(
    [line?.body, line?.password, line?.xml, line?.jid],
    ['[withheld]', '[withheld]', '[withheld]', 'a@localhost'],
  )
})

test('a trace becomes its id and a thrown value its name, message and cause', () => {
  const { log, lines } = collecting('info')
  const trace = traceContext('a'.repeat(32), 'b'.repeat(16))
  log.error('commit_failed', { trace, error: new Error('no commit', { cause: new TypeError('broken') }) })
  assert.equal(lines[0]?.trace_id, 'a'.repeat(32))
  const error = lines[0]?.error as { name: string; message: string; cause: { name: string } }
  assert.deepEqual([error.name, error.message, error.cause.name], ['Error', 'no commit', 'TypeError'])
})
