/** What a command has to say: `data` for `--json`, `text` for people. */
export interface Output {
  readonly data: unknown
  readonly text: string
}

/** Columns as wide as their widest cell; a note when there is no row. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return none
  const lines = [heads, ...rows]
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Milliseconds since 1970 as people read them; `-` for none. */
export function moment(at: number): string {
  return at === 0 ? '-' : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}
