import type { Capability } from './capability.ts'

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

export function specificationUrl({ kind, number }: Pick<Capability, 'kind' | 'number'>): string {
  return kind === 'XEP'
    ? `https://xmpp.org/extensions/xep-${number}.html`
    : `https://www.rfc-editor.org/info/rfc${number}`
}
