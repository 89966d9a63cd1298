import { dashboards } from './dashboards.ts'
import { grafanaText } from './grafana.ts'
import { jsonText } from './json-text.ts'
import { type ValuesFile, valuesFile } from './values-file.ts'
import { valuesSchema } from './values-schema.ts'

/** The files of the chart that are made, path → text as it is to be. `readme` is that of the chart as it is. */
export function chartFiles(readme: string): ReadonlyMap<string, string> {
  const made = dashboards.map((each) => [`files/dashboards/${each.name}.json`, grafanaText(each)] as const)
  return new Map([['values.schema.json', schemaText()], ['README.md', readmeText(readme)], ...made])
}

function schemaText(): string {
  return `${jsonText(valuesSchema(valuesFile()))}\n`
}

const BEGIN = '<!-- made: values -->'
const END = '<!-- end: values -->'

/** @throws when the page has no markers */
function readmeText(page: string): string {
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
