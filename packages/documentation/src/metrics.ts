import type { Source } from './sources.ts'

/** A metric as its declaration reads. */
export interface Metric {
  readonly name: string
  readonly kind: string
  readonly help: string
  readonly part: string
}

const DECLARATION = /metrics\.(counter|total|gauge|histogram)\(\s*(['`])([^'`]+)\2,\s*(?:'([^']*)'|(\w+))/g
/** What a helper that adds a prefix is called. */
const HELPER = /(?:const (\w+) = \(name\b|(#\w+)\(name\b)/g

/** Every metric that the sources declare, by name. */
export function metricsIn(files: readonly Source[]): Metric[] {
  const found = new Map<string, Metric>()
  for (const file of files) {
    for (const metric of declaredIn(file)) if (!found.has(metric.name)) found.set(metric.name, metric)
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function declaredIn({ text, part }: Source): Metric[] {
  const constants = new Map([...text.matchAll(/const (\w+) = '([^']*)'/g)].map(([, name, value]) => [name, value]))
  return [...text.matchAll(DECLARATION)].flatMap(({ 1: method, 3: template, 4: help, 5: variable, index }) => {
    const kind = method === 'total' ? 'counter' : String(method)
    const name = String(template).replace(/\$\{(\w+)\}/g, (whole, constant) => constants.get(constant) ?? whole)
    const [before, after] = name.split(/\$\{name\}/)
    if (after !== undefined)
      return usesOf(text, index).map((use) => ({ ...use, name: `${before}${use.name}${after}`, kind, part }))
    return [{ name, kind, help: help ?? constants.get(variable) ?? '', part }]
  })
}

/** The calls of the helper in which the declaration at `index` stands. */
function usesOf(text: string, index: number): { name: string; help: string }[] {
  const helper = [...text.matchAll(HELPER)].filter((match) => match.index < index).at(-1)
  const called = helper?.[1] ?? helper?.[2]
  if (called === undefined) return []
  // `metrics.counter(` isn't a use of a helper called `counter`.
  const start = called.startsWith('#') ? called : `(?<![.\\w])${called}`
  const calls = new RegExp(`${start}\\(\\s*'([a-z_]+)',\\s*'([^']*)'`, 'g')
  return [...text.matchAll(calls)].map(([, name, help]) => ({ name: String(name), help: String(help) }))
}
