import { type DestinationStream, type Logger as Pino, pino } from 'pino'
import { isSecretKey, withheld } from './redact.ts'
import { type TraceContext, traceIdOf } from './trace-context.ts'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * What a log line says besides its event. Shared keys: `jid room domain stanza_id kind partition epoch instance conn`.
 * `trace` becomes `trace_id`; `error` may be anything thrown; a field named after content (`body`, `xml`, `password` …)
 * is withheld.
 */
export interface LogFields {
  readonly trace?: TraceContext | undefined
  readonly error?: unknown
  readonly [key: string]: unknown
}

/** Structured log. `event` is a stable snake_case name; everything that varies goes into the fields. */
export interface Logger {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
  /** True when a line of this level would be written: guards the building of costly fields. */
  enabled(level: LogLevel): boolean
  /** A logger whose every line also has these fields. */
  child(fields: LogFields): Logger
}

export interface LoggerOptions {
  readonly level: LogLevel
  readonly fields: LogFields
  readonly destination: DestinationStream
}

/** The level of a logger and of all its children; it may change while they are used. */
export interface LogGate {
  level: LogLevel
}

/** A logger that writes one JSON object a line: `{"level","time","event",…}`, time as an ISO 8601 string. */
export function createLogger({ level, fields, destination }: LoggerOptions): Logger {
  return createGatedLogger({ gate: { level }, fields, destination })
}

export function createGatedLogger({
  gate,
  fields,
  destination,
}: Omit<LoggerOptions, 'level'> & { readonly gate: LogGate }): Logger {
  const options = {
    level: 'debug',
    base: lineOf(undefined, fields),
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return wrap(pino(options, destination), gate)
}

const RANKS: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 }

function wrap(target: Pino, gate: LogGate): Logger {
  const enabled = (level: LogLevel): boolean => level !== 'silent' && RANKS[level] >= RANKS[gate.level]
  return {
    debug: (event, fields) => enabled('debug') && target.debug(lineOf(event, fields)),
    info: (event, fields) => enabled('info') && target.info(lineOf(event, fields)),
    warn: (event, fields) => enabled('warn') && target.warn(lineOf(event, fields)),
    error: (event, fields) => enabled('error') && target.error(lineOf(event, fields)),
    enabled,
    child: (fields) => wrap(target.child(lineOf(undefined, fields)), gate),
  }
}

function lineOf(event: string | undefined, fields: LogFields = {}): Record<string, unknown> {
  const line: Record<string, unknown> = event === undefined ? {} : { event }
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue
    if (key === 'trace') line.trace_id = traceIdOf(value as TraceContext)
    else if (key === 'error') line.error = errorOf(value)
    else line[key] = isSecretKey(key) ? withheld : value
  }
  return line
}

function errorOf(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error)
  const { name, message, stack, cause } = error
  const code = 'code' in error ? error.code : undefined
  return {
    name,
    message,
    ...(code !== undefined && { code }),
    stack,
    ...(cause !== undefined && { cause: errorOf(cause) }),
  }
}
