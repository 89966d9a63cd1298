import { NS } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'
import type { WebReply } from '../web/exchange.ts'
import { statusOf, type TerminalCondition } from './conditions.ts'
import type { Terms } from './terms.ts'

const END = Buffer.from('</body>')
const NOTHING: readonly Buffer[] = []

/** Attributes of a body, as they are written; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>

/** A response's body around its payloads. */
export function wrap(attributes: Attributes, payloads: readonly Buffer[] = []): Buffer {
  let start = `<body xmlns='${NS.bosh}'`
  // XEP-0206 §2
  if (payloads.some(isStreamMarkup)) start += ` xmlns:stream='${NS.streams}'`
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) start += ` ${name}='${escapeAttribute(String(value))}'`
  }
  return payloads.length === 0 ? lasting(`${start}/>`, NOTHING) : lasting(`${start}>`, [...payloads, END])
}

/** Responses are kept as long as a session: in memory of their own, or each would keep 64 KiB of Node's pool. */
function lasting(start: string, rest: readonly Buffer[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(rest.reduce((sum, { length }) => sum + length, Buffer.byteLength(start)))
  let at = bytes.write(start)
  for (const part of rest) at += part.copy(bytes, at)
  return bytes
}

/** What a session's first response says (XEP-0124 §7.2, XEP-0206 §4). */
export function creationAttributes(terms: Terms, session: { sid: string; from: string; rid: number }): Attributes {
  return {
    sid: session.sid,
    wait: terms.wait,
    requests: terms.requests,
    hold: terms.hold,
    inactivity: terms.inactivity,
    polling: terms.polling,
    maxpause: terms.maxPause,
    ver: terms.ver,
    from: session.from,
    ack: terms.acks ? session.rid : undefined,
    'xmlns:xmpp': NS.boshXmpp,
    'xmpp:version': '1.0',
    'xmpp:restartlogic': 'true',
  }
}

/** The end of a session that doesn't exist, or of one whose terms don't matter any more. */
export function refusal(condition: TerminalCondition, { ver, content }: Pick<Terms, 'ver' | 'content'>): WebReply {
  return {
    status: statusOf(condition, ver === undefined),
    type: content,
    body: wrap({ type: 'terminate', condition }),
  }
}

/** To a request that another one like it replaces (§17.3). */
export function replaced({ content }: Pick<Terms, 'content'>): WebReply {
  return { status: 200, type: content, body: wrap({ type: 'error' }) }
}

function isStreamMarkup(payload: Buffer): boolean {
  return payload.length > 8 && payload.latin1Slice(0, 8) === '<stream:'
}
