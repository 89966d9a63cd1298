import type { Jid } from '@heliograph/jid'
import { Element } from '@heliograph/xml'
import { NS } from './ns.ts'
import { Stanza } from './stanza.ts'

export type ErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait'

/** RFC 6120 §8.3.3: the defined conditions, each with the type that the RFC gives or recommends for it. */
export const STANZA_CONDITIONS = Object.freeze({
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'cancel',
  'unexpected-request': 'wait',
} satisfies Record<string, ErrorType>)

export type StanzaCondition = keyof typeof STANZA_CONDITIONS

/** A stanza error (RFC 6120 §8.3) as data. */
export interface StanzaError {
  readonly type: ErrorType
  readonly condition: StanzaCondition
  /** Plain English for a developer. */
  readonly text?: string | undefined
  /** Application-specific condition. */
  readonly application?: Element | undefined
  /** New address, for `gone` and `redirect`. */
  readonly uri?: string | undefined
  /** Who found the error (§8.3.2). */
  readonly by?: Jid | undefined
}

/** A stanza error with the condition's usual type, unless another is given. */
export function stanzaError(
  condition: StanzaCondition,
  details: Partial<Omit<StanzaError, 'condition'>> = {},
): StanzaError {
  return { type: STANZA_CONDITIONS[condition], ...details, condition }
}

/** The `<error/>` element. */
export function errorElement(error: StanzaError): Element {
  const element = new Element(
    'error',
    error.by === undefined ? { type: error.type } : { by: error.by, type: error.type },
  )
  const condition = new Element(error.condition, { xmlns: NS.stanzaErrors })
  if (error.uri !== undefined) condition.t(error.uri)
  element.cnode(condition)
  if (error.text !== undefined) {
    element.cnode(new Element('text', { xmlns: NS.stanzaErrors, 'xml:lang': 'en' })).t(error.text)
  }
  if (error.application !== undefined) element.cnode(error.application)
  return element
}

/** A larger payload is not sent back with an error. */
const ECHO_BYTES = 1024

/**
 * The error answer to a stanza: addresses swapped, the same id. Undefined for a stanza that must not be answered with an
 * error: one of type `error` (RFC 6120 §8.3.1) or an IQ `result`.
 */
export function errorReply(stanza: Stanza, error: StanzaError): Stanza | undefined {
  if (stanza.type === 'error' || (stanza.name === 'iq' && stanza.type === 'result')) return undefined
  const echo = stanza.payload.length <= ECHO_BYTES
  const reply = new Stanza({
    name: stanza.name,
    type: 'error',
    id: stanza.id,
    from: stanza.to,
    to: stanza.from,
    payload: echo ? stanza.payload : undefined,
    children: echo ? stanza.childNames : undefined,
  })
  return reply.append(errorElement(error))
}

const TYPES: ReadonlySet<string> = new Set<ErrorType>(['auth', 'cancel', 'continue', 'modify', 'wait'])

/** The error that a stanza of type `error` carries. What it leaves out or misspells becomes `undefined-condition`. */
export function readError(stanza: Stanza): StanzaError {
  const element = stanza.child('error', NS.client)
  if (element === undefined) return stanzaError('undefined-condition')
  let condition: StanzaCondition = 'undefined-condition'
  let uri: string | undefined
  let application: Element | undefined
  for (const child of element.getChildElements() as Element[]) {
    const name = child.getName()
    if (child.getNS() !== NS.stanzaErrors) application ??= child
    else if (Object.hasOwn(STANZA_CONDITIONS, name)) {
      condition = name as StanzaCondition
      uri = child.getText() || undefined
    }
  }
  const text = element.getChildText('text', NS.stanzaErrors) ?? undefined
  const type = element.attrs.type
  const known = type !== undefined && TYPES.has(type) ? (type as ErrorType) : STANZA_CONDITIONS[condition]
  return { type: known, condition, text, application, uri }
}
