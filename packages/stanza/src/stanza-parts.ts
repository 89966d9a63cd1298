import { type Jid, parseJid } from '@heliograph/jid'
import { clark, type Element, escapeAttribute, type ParsedElement, serializeContent } from '@heliograph/xml'
import { NS } from './ns.ts'

export type StanzaName = 'message' | 'presence' | 'iq'

/** What a stanza is made of. */
export interface StanzaParts {
  readonly name: StanzaName
  readonly type?: string | undefined
  readonly id?: string | undefined
  readonly from?: Jid | undefined
  readonly to?: Jid | undefined
  readonly lang?: string | undefined
  /** Clark names of the payload's top elements: a list, or one text joined by NUL. */
  readonly children?: readonly string[] | string | undefined
  /** XML of the children in canonical form; the stanza keeps it, it must not be changed. */
  readonly payload?: Buffer | undefined
  /** Further attributes of the root as XML text, each with a leading space. */
  readonly extra?: string | undefined
  readonly malformed?: 'from' | 'to' | undefined
}

const NAMES: Readonly<Record<string, StanzaName | undefined>> = {
  __proto__: null as never,
  message: 'message',
  presence: 'presence',
  iq: 'iq',
}

function isContentNs(namespace: string): boolean {
  return namespace === NS.client || namespace === NS.server || namespace === NS.componentAccept
}

/** What a stanza's parsed element holds; undefined when it is no stanza. Makes the element's tree the canonical one. */
export function partsOfParsed(parsed: ParsedElement): StanzaParts | undefined {
  const name = NAMES[parsed.name]
  if (name === undefined || !isContentNs(parsed.namespace)) return undefined
  const { element } = parsed
  if (!parsed.canonical) return partsOf(name, element, parsed.namespace)
  element.attrs.xmlns = NS.client
  const { bytes, payloadStart, payloadEnd } = parsed
  const payload = Buffer.allocUnsafe(payloadEnd - payloadStart)
  bytes.copy(payload, 0, payloadStart, payloadEnd)
  return readHead(name, element, payload, contentNames(parsed))
}

/** The children's names as they are on a client's stream. */
function contentNames({ children, namespace }: ParsedElement): readonly string[] {
  if (namespace === NS.client) return children
  const own = `{${namespace}}`
  return children.map((name) => (name.startsWith(own) ? clark(NS.client, name.slice(own.length)) : name))
}

/** What a stanza's tree holds; undefined when it is no stanza. A root without a namespace counts as `jabber:client`. */
export function partsOfElement(element: Element): StanzaParts | undefined {
  const name = NAMES[element.getName()]
  const namespace = element.getNS() ?? NS.client
  return name === undefined || !isContentNs(namespace) ? undefined : partsOf(name, element, namespace)
}

function partsOf(name: StanzaName, element: Element, namespace: string): StanzaParts {
  const content = serializeContent(element.children, namespace, NS.client)
  return readHead(name, element, Buffer.from(content.xml), content.children)
}

/** The head from the root's attributes, which are normalised in place. */
function readHead(name: StanzaName, root: Element, payload: Buffer, children: readonly string[]): StanzaParts {
  const attrs: Record<string, string | null | undefined> = root.attrs
  const rawFrom = attrs.from ?? undefined
  const rawTo = attrs.to ?? undefined
  const from = rawFrom === undefined ? undefined : parseJid(rawFrom)
  const to = rawTo === undefined ? undefined : parseJid(rawTo)
  if (from !== rawFrom) setOrDelete(attrs, 'from', from)
  if (to !== rawTo) setOrDelete(attrs, 'to', to)
  const malformed =
    to === undefined && rawTo !== undefined ? 'to' : rawFrom !== undefined && from === undefined ? 'from' : undefined
  return {
    name,
    type: attrs.type ?? undefined,
    id: attrs.id ?? undefined,
    from,
    to,
    lang: attrs['xml:lang'] ?? undefined,
    children,
    payload,
    extra: extraOf(attrs),
    malformed,
  }
}

function setOrDelete(attrs: Record<string, string | null | undefined>, name: string, value: string | undefined): void {
  if (value === undefined) delete attrs[name]
  else attrs[name] = value
}

/** The attributes that the head has no field for, with the declarations of their prefixes. */
function extraOf(attrs: Record<string, string | null | undefined>): string {
  let text = ''
  for (const name in attrs) {
    switch (name) {
      case 'to':
      case 'from':
      case 'id':
      case 'type':
      case 'xmlns':
      case 'xml:lang':
        continue
    }
    const value = attrs[name]
    if (value != null && !name.startsWith('xmlns:')) text += extraAttribute(attrs, name, String(value))
  }
  return text
}

function extraAttribute(attrs: Record<string, string | null | undefined>, name: string, value: string): string {
  const prefix = name.slice(0, Math.max(0, name.indexOf(':')))
  const uri = prefix === '' ? undefined : attrs[`xmlns:${prefix}`]
  const text = ` ${name}='${escapeAttribute(value)}'`
  return uri == null ? text : ` xmlns:${prefix}='${escapeAttribute(uri)}'${text}`
}
