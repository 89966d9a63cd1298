/** A line that a process logged: the fields of its JSON, or `{ event: 'output', text }` for anything else. */
export interface LogLine {
  readonly event: string
  readonly level?: string
  readonly [field: string]: unknown
}

export function parseLogLine(line: string): LogLine {
  if (line.startsWith('{')) {
    try {
      const parsed = JSON.parse(line) as Record<string, unknown>
      return { ...parsed, event: typeof parsed.event === 'string' ? parsed.event : 'output' }
    } catch {
      // not JSON after all, e.g. an object that some library printed
    }
  }
  return { event: 'output', text: line }
}
