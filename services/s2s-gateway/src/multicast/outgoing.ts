import type { Jid } from '@heliograph/jid'
import { forService } from '@heliograph/multicast'
import type { Stanza } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'
import type { FederationEvents } from '../federation/events.ts'
import { asWritten } from '../pairs/as-written.ts'
import { type Entry, entryOf } from '../pairs/entry.ts'
import { Discovery, type DiscoveryOptions } from './discovery.ts'
import type { MulticastService } from './services.ts'

/** A stanza for several isn't made longer than that. */
const MOST_BYTES = 65_536
/** What an address takes beside the JID. */
const ADDRESS_BYTES = 40
/** What the list takes beside the addresses, and the service's own address. */
const LIST_BYTES = 1_100
/** Written lately: if one is refused, what it was made of is sent again. */
const REMEMBERED = 32

interface Bundle {
  readonly id: string | undefined
  readonly from: Jid | undefined
  readonly service: Jid
  readonly stanzas: readonly Stanza[]
}

/** Makes one stanza of those that say the same to several of a domain, where that takes it. */
export class Outgoing {
  readonly #discovery: Discovery
  readonly #events: Pick<FederationEvents, 'multicast'>
  readonly #bundles: Bundle[] = []

  constructor(options: DiscoveryOptions, events: Pick<FederationEvents, 'multicast'>) {
    this.#discovery = new Discovery(options)
    this.#events = events
  }

  /** What is to be written next, and with it what may go in the same stanza. @param next takes the next in line, if it fits */
  write(first: Entry, next: Next, mostBytes: number): { readonly bytes: Buffer; readonly entries: readonly Entry[] } {
    const service = first.group && first.attempts === 0 ? this.#discovery.service(performance.now()) : undefined
    const entries = service === undefined ? [first] : gather(first, next, mostIn(service, first), mostBytes)
    if (service === undefined || entries.length === 1) return { bytes: asWritten(first), entries }
    const { stanza } = first.group!
    const recipients = entries.map((entry) => entry.stanza.to!)
    const bytes = forService(stanza, recipients, service.jid).toBytes()
    const { id, from } = stanza
    this.#bundles.push({ id, from, service: service.jid, stanzas: entries.map((entry) => entry.stanza) })
    if (this.#bundles.length > REMEMBERED) this.#bundles.shift()
    this.#events.multicast(entries.length)
    return { bytes, entries }
  }

  /** An answer, or an error for what was for several: those get it one by one, then. Undefined when it is neither. */
  hear(said: Stanza): readonly Entry[] | undefined {
    if (said.name === 'iq') return this.#discovery.hear(said, performance.now()) ? [] : undefined
    const refused = this.#bundles.filter(
      ({ id, from, service }) => id === said.id && from === said.to && service === said.from,
    )
    if (refused.length === 0) return undefined
    this.#discovery.refused(performance.now())
    for (const bundle of refused) this.#bundles.splice(this.#bundles.indexOf(bundle), 1)
    return refused.flatMap(({ stanzas }) => stanzas.map((stanza) => entryOf(stanza, '')))
  }
}

type Next = (fits: (entry: Entry) => boolean) => Entry | undefined

function mostIn({ most }: MulticastService, { stanza }: Entry): number {
  return stanza.name === 'presence' ? most.presence : most.message
}

function gather(first: Entry, next: Next, most: number, mostBytes: number): Entry[] {
  const entries = [first]
  const room = Math.min(mostBytes, MOST_BYTES)
  let bytes = first.group!.stanza.toBytes().length + costOf(first) + LIST_BYTES
  const fits = (entry: Entry): boolean =>
    entry.group === first.group && entry.attempts === 0 && bytes + costOf(entry) <= room
  while (entries.length < most) {
    const entry = next(fits)
    if (entry === undefined) break
    bytes += costOf(entry)
    entries.push(entry)
  }
  return entries
}

function costOf({ stanza }: Entry): number {
  return Buffer.byteLength(escapeAttribute(stanza.to!)) + ADDRESS_BYTES
}
