import type { Source } from './sources.ts'

/** A line that may come up in the log. */
export interface LogEvent {
  readonly event: string
  readonly level: string
  readonly parts: readonly string[]
}

/** The event may be a choice of two. */
const CALL = /(?:\blog|#log)\??\.(debug|info|warn|error)\(\s*([^,)]+)/g
const DEBUG_HELPER = /#debug\('([a-z_]+)'/g

/** Every event that the sources log, by name. */
export function logEventsIn(files: readonly Source[]): LogEvent[] {
  const found = new Map<string, LogEvent>()
  for (const { text, part } of files) {
    for (const [, level, argument] of text.matchAll(CALL)) {
      for (const [, event] of String(argument).matchAll(/'([a-z_]+)'/g)) note(found, String(event), String(level), part)
    }
    for (const [, event] of text.matchAll(DEBUG_HELPER)) note(found, String(event), 'debug', part)
  }
  return [...found.values()].sort((a, b) => (a.event < b.event ? -1 : 1))
}

function note(found: Map<string, LogEvent>, event: string, level: string, part: string): void {
  const known = found.get(event)
  const levels = new Set(known?.level.split(', ')).add(level)
  found.set(event, { event, level: [...levels].join(', '), parts: [...new Set([...(known?.parts ?? []), part])] })
}
