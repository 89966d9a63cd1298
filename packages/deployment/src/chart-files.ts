import { valuesFile, type ValuesFile } from './values-file.ts'
import { valuesSchema } from './values-schema.ts'

/** `values.schema.json` as it is to be. */
export function schemaText(): string {
  return `${JSON.stringify(valuesSchema(valuesFile()), null, 2)}\n`
}

const BEGIN = '<!-- made: values -->'
const END = '<!-- end: values -->'

/** The chart's README with its table of values as it is to be. @throws when the page has no markers */
export function readmeText(page: string): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (start < 0 || end < start) throw new Error('the README has no markers for its values')
  return `${page.slice(0, start + BEGIN.length)}\n${table(valuesFile())}\n${page.slice(end)}`
}

function table({ values, descriptions }: ValuesFile): string {
  const rows = [...descriptions].map(([path, text]) => `| \`${path}\` | ${shown(at(values, path))} | ${text} |`)
  return ['| value | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

/** The default of a dotted path. */
export function at(values: unknown, path: string): unknown {
  return path.split('.').reduce((value, key) => (value as Record<string, unknown>)[key], values)
}

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text === '""' ? '' : `\`${text.replaceAll('|', '\\|')}\``
}
