import type { Unit } from '../cases.ts'

/** What a unit's figure is measured in, and how many of the raw unit (µs, KiB) one is. */
export const SCALES: Readonly<Record<Unit, { readonly label: string; readonly divisor: number }>> = {
  stanza: { label: 'µs', divisor: 1 },
  login: { label: 'ms', divisor: 1000 },
  session: { label: 'KiB', divisor: 1 },
  page: { label: 'ms', divisor: 1000 },
}

/** A number with about three significant digits. */
export function digits(value: number): string {
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}

/** A figure in its unit's scale, without the unit. */
export function figure(unit: Unit, value: number): string {
  return digits(value / SCALES[unit].divisor)
}

/** A Markdown table. */
export function markdownTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
