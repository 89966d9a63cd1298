const WIDTH = 140

/** JSON for a file that is kept: what fits into a line is on one, so that a change shows as what it is. */
export function jsonText(value: unknown, indent = ''): string {
  const short = spaced(value)
  if (indent.length + short.length <= WIDTH || typeof value !== 'object' || value === null) return short
  const deeper = `${indent} `
  const items = Array.isArray(value)
    ? value.map((item) => `${deeper}${jsonText(item, deeper)}`)
    : entries(value).map(([key, item]) => `${deeper}${JSON.stringify(key)}: ${jsonText(item, deeper)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${items.join(',\n')}\n${indent}${close}`
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`)
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}

const entries = (value: object) => Object.entries(value).filter(([, item]) => item !== undefined)
