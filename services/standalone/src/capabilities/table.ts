import type { Capability } from './capability.ts'

const BEGIN = '<!-- capabilities, written by services/standalone/src/bin/write-capabilities.ts -->'
const END = '<!-- end of capabilities -->'

/** The capabilities as a Markdown table. */
export function capabilityTable(capabilities: readonly Capability[]): string {
  const rows = capabilities.map(({ kind, number, title, version, services, notes }) =>
    [`[${kind === 'XEP' ? `XEP-${number}` : `RFC ${number}`}](${specificationUrl({ kind, number })})`, title]
      .concat(version ?? '', services.join(', '), notes.join('; '))
      .join(' | '),
  )
  return ['| specification | title | version | in | what is missing |', '|---|---|---|---|---|']
    .concat(rows.map((row) => `| ${row} |`))
    .join('\n')
}

/**
 * A page with `table` between its markers.
 *
 * @throws Error when the page has no markers.
 */
export function withTable(page: string, table: string): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error('the page has no markers for the capabilities')
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`
}

export function specificationUrl({ kind, number }: Pick<Capability, 'kind' | 'number'>): string {
  return kind === 'XEP'
    ? `https://xmpp.org/extensions/xep-${number}.html`
    : `https://www.rfc-editor.org/info/rfc${number}`
}
