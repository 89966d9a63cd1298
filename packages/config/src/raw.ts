/** The configuration before it is checked. */
export type RawConfig = Record<string, unknown>

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Sets a value, making the sections above it; a section that isn't one is left for the check to refuse. */
export function setAt(raw: RawConfig, path: readonly string[], value: unknown): void {
  let at = raw
  for (const key of path.slice(0, -1)) {
    at[key] ??= {}
    const next = at[key]
    if (!isRecord(next)) return
    at = next
  }
  at[path.at(-1) as string] = value
}
