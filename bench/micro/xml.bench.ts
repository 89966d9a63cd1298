import { DEFAULT_LIMITS, Framer, parseElement, type StreamHeader, serialize } from '@heliograph/xml'
import type { Benchmark } from './benchmark.ts'
import { CHAT, CLIENT_SCOPE, PRESENCE } from './samples.ts'

const HEADER = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>`
const BURST = Buffer.concat(Array.from({ length: 50 }, () => CHAT))

let header: StreamHeader | undefined
let parsed: unknown
const framer = new Framer(DEFAULT_LIMITS, {
  onOpen: (found) => {
    header = found
  },
  onElement: (bytes, flags) => {
    parsed = parseElement(bytes, header?.scope ?? CLIENT_SCOPE, DEFAULT_LIMITS, flags)
  },
  onClose: () => {},
  onError: (error) => {
    throw error
  },
})
framer.push(Buffer.from(HEADER))
const tree = parseElement(CHAT, CLIENT_SCOPE).element

function feed(bytes: Buffer): unknown {
  framer.push(bytes)
  return parsed
}

/** Limits are about four times what a 2024 server core takes. */
export const benchmarks: readonly Benchmark[] = [
  { name: 'frame and read a chat message', run: () => feed(CHAT), limitMicros: 8 },
  { name: 'frame and read a presence', run: () => feed(PRESENCE), limitMicros: 8 },
  { name: 'frame and read one of a burst of 50', run: () => feed(BURST), operations: 50, limitMicros: 8 },
  { name: 'read a chat message', run: () => parseElement(CHAT, CLIENT_SCOPE), limitMicros: 6 },
  { name: 'serialise a chat message', run: () => serialize(tree), limitMicros: 6 },
]
