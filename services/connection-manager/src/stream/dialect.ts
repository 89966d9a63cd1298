import { NS, type StreamError, streamErrorXml } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'
import { terminalCondition } from '../bosh/conditions.ts'

/** What a response stream header says (RFC 6120 §4.7). */
export interface ResponseHeader {
  readonly from: string
  readonly to: string | undefined
  readonly id: string
}

/** How the stream's own markup is written on a transport; stanzas are the same on all. Each text is written as a unit. */
export interface Dialect {
  header(header: ResponseHeader): string
  features(content: string): string
  error(error: StreamError): string
  readonly close: string
  /** Whether each side closes the stream for itself (RFC 6120 §4.4). */
  readonly closesByHalves: boolean
  /** What a stanza must declare, where it inherits no namespace. */
  readonly stanzaNs: string | undefined
}

// RFC 6120 §4.7.4: the server's own language; `to` only when the client said who it is (§4.7.2).
function common({ from, to, id }: ResponseHeader): string {
  const addressed = to === undefined ? '' : ` to='${escapeAttribute(to)}'`
  return `from='${escapeAttribute(from)}'${addressed} id='${id}' version='1.0' xml:lang='en'`
}

/** An XML stream over TCP (RFC 6120 §4). */
export const xmlStream: Dialect = {
  header: (header) =>
    `<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}' ${common(header)}>`,
  features: (content) => `<stream:features>${content}</stream:features>`,
  error: (error) => streamErrorXml(error),
  close: '</stream:stream>',
  closesByHalves: true,
  stanzaNs: undefined,
}

/** Framed messages, each a document of its own (RFC 7395 §3.3). */
export const framed: Dialect = {
  header: (header) => `<open xmlns='${NS.framing}' ${common(header)}/>`,
  features: (content) => `<stream:features xmlns:stream='${NS.streams}'>${content}</stream:features>`,
  error: (error) => streamErrorXml(error, true),
  close: `<close xmlns='${NS.framing}'/>`,
  closesByHalves: true,
  // RFC 7395 §3.3.3
  stanzaNs: NS.client,
}

/** What goes into a BOSH body (XEP-0206): header and close are attributes of the body itself. */
export const wrapped: Dialect = {
  header: () => '',
  features: framed.features,
  error: (error) => (terminalCondition(error) === 'remote-stream-error' ? streamErrorXml(error, true) : ''),
  close: '',
  closesByHalves: false,
  // XEP-0206 §2
  stanzaNs: NS.client,
}
