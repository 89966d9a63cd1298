import { parseJid } from '@heliograph/jid'
import { Stanza } from '@heliograph/stanza'
import type { Benchmark } from './benchmark.ts'
import { CHAT, CLIENT_SCOPE } from './samples.ts'

function parse(): Stanza {
  const stanza = Stanza.parse(CHAT, CLIENT_SCOPE)
  if (stanza === undefined) throw new Error('the sample is a stanza')
  return stanza
}

const stanza = parse()
const from = parseJid('alice@example.org/phone')
const splicer = stanza.with({ from }).splicer()
let turn = 0

/** Limits are about four times what a 2024 server core takes. */
export const benchmarks: readonly Benchmark[] = [
  { name: 'parse a chat message into a stanza', run: parse, limitMicros: 12 },
  { name: 'stamp the sender and serialise', run: () => stanza.with({ from }).toBytes(), limitMicros: 5 },
  { name: 'one of many copies, `to` spliced in', run: () => splicer.bytesFor('carol@example.org'), limitMicros: 2 },
  { name: 'an address seen before', run: () => parseJid('alice@example.org/phone'), limitMicros: 2 },
  { name: 'an address never seen', run: () => parseJid(`user${turn++}@example.org/phone`), limitMicros: 20 },
]
