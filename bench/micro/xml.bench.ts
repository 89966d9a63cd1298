import { DEFAULT_LIMITS, Framer, parseElement, type StreamHeader, serialize } from '@heliograph/xml'
import type { Benchmark } from './benchmark.ts'

const HEADER = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>`
const CHAT = Buffer.from(
  `<message to='bob@example.org' type='chat' id='k3x-1mz2'><body>${'The quick brown fox. '.repeat(5)}</body>` +
    `<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>` +
    `<origin-id xmlns='urn:xmpp:sid:0' id='k3x-1mz2'/></message>`,
)
const PRESENCE = Buffer.from(
  `<presence><show>away</show><status>Out for a walk</status><priority>5</priority><c xmlns='http://jabber.org/protocol/caps' ` +
    `hash='sha-1' node='https://example.org/client' ver='q07IKJEyjvHSyhy//CH0CxmKi8w='/></presence>`,
)
const BURST = Buffer.concat(Array.from({ length: 50 }, () => CHAT))

let header: StreamHeader | undefined
let parsed: unknown
const framer = new Framer(DEFAULT_LIMITS, {
  onOpen: (found) => {
    header = found
  },
  onElement: (bytes, flags) => {
    parsed = parseElement(bytes, header?.scope ?? SCOPE, DEFAULT_LIMITS, flags)
  },
  onClose: () => {},
  onError: (error) => {
    throw error
  },
})
framer.push(Buffer.from(HEADER))
const SCOPE = Object.freeze({ defaultNs: 'jabber:client', prefixes: new Map<string, string>() })
const tree = parseElement(CHAT, SCOPE).element

function feed(bytes: Buffer): unknown {
  framer.push(bytes)
  return parsed
}

/** Limits are about four times what a 2024 server core takes. */
export const benchmarks: readonly Benchmark[] = [
  { name: 'frame and read a chat message', run: () => feed(CHAT), limitMicros: 8 },
  { name: 'frame and read a presence', run: () => feed(PRESENCE), limitMicros: 8 },
  { name: 'frame and read one of a burst of 50', run: () => feed(BURST), operations: 50, limitMicros: 8 },
  { name: 'read a chat message', run: () => parseElement(CHAT, SCOPE), limitMicros: 6 },
  { name: 'serialise a chat message', run: () => serialize(tree), limitMicros: 6 },
]
