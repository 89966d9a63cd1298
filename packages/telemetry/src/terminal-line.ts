const separate = new Set(['time', 'level', 'event', 'service', 'instance'])

/** A log line as a person reads it: `12:00:01.123 info  ready version=0.1.0 …`; a stack follows on lines of its own. */
export function terminalLine(line: Readonly<Record<string, unknown>>): string {
  const { time, level, event } = line
  const fields = Object.entries(line).filter(([key]) => !separate.has(key))
  const words = fields.map(([key, value]) => `${key}=${key === 'error' ? messageOf(value) : text(value)}`)
  const clock = typeof time === 'string' ? time.slice(11, 23) : ''
  const stack = fields.map(([, value]) => stackOf(value)).find((found) => found !== '') ?? ''
  return [clock, String(level).padEnd(5), String(event), ...words].join(' ') + stack
}

function text(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
}

function messageOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
  return JSON.stringify(message)
}

/** Without its first line, which is the message. */
function stackOf(error: unknown): string {
  const stack = typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack) : ''
  const from = stack.indexOf('\n    at ')
  return from < 0 ? '' : stack.slice(from)
}
