import { escapeAttribute, escapeText } from '@heliograph/xml'
import type { Capability } from './capability.ts'
import { specificationUrl } from './table.ts'

const DESCRIPTION =
  'Edges hold the connections, owners the users and rooms. Any process may die at any time: what was acknowledged is neither lost, ' +
  'repeated nor reordered, and clients resume at another edge. All services also run in one process that needs nothing but Node.'

/** Description of the project (DOAP) with the XEPs it supports (XEP-0453). */
export function doap(capabilities: readonly Capability[], version: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns="http://usefulinc.com/ns/doap#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xmpp="https://linkmauve.fr/ns/xmpp-doap#">
  <Project>
    <name>Heliograph</name>
    <shortdesc xml:lang="en">An XMPP server built as a cluster of small services</shortdesc>
    <description xml:lang="en">${DESCRIPTION}</description>
    <programming-language>TypeScript</programming-language>
    <os>Linux</os>
    <license rdf:resource="https://www.apache.org/licenses/LICENSE-2.0"/>
    <category rdf:resource="https://linkmauve.fr/ns/xmpp-doap#category-xmpp"/>
    <category rdf:resource="https://linkmauve.fr/ns/xmpp-doap#category-server"/>
${capabilities.map(implemented).join('\n')}
    <release>
      <Version>
        <revision>${escapeText(version)}</revision>
      </Version>
    </release>
  </Project>
</rdf:RDF>
`
}

function implemented(capability: Capability): string {
  const url = escapeAttribute(specificationUrl(capability))
  if (capability.kind === 'RFC') return `    <implements rdf:resource="${url}"/>`
  const { version, notes } = capability
  const note =
    notes.length === 0 ? '' : `\n        <xmpp:note xml:lang="en">${escapeText(notes.join('; '))}</xmpp:note>`
  return `    <implements>
      <xmpp:SupportedXep>
        <xmpp:xep rdf:resource="${url}"/>
        <xmpp:status>${notes.length === 0 ? 'complete' : 'partial'}</xmpp:status>
        <xmpp:version>${escapeText(version ?? '')}</xmpp:version>${note}
      </xmpp:SupportedXep>
    </implements>`
}
