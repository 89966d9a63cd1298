import { pairKey, partitionOf } from '@heliograph/ownership'
import type { ParsedElement } from '@heliograph/xml'
import type { Direction } from '../outbound/initiation.ts'
import type { Way } from '../pairs/way.ts'
import type { Management } from '../streams/management.ts'
import { mayBeTwoWay } from '../streams/two-way.ts'
import type { StreamEnd, XmlStream } from '../streams/xml-stream.ts'
import type { Inbound } from './inbound.ts'

/** Whether a stream that another server opens is offered to it for both ways: only where the pair's one stream would be opened here, too. */
export function offersReturn({ context, stream, local, remote, authority }: Inbound): boolean {
  if (stream.tls === undefined || local === undefined || remote === undefined || !authority.isEmpty) return false
  return mayBeTwoWay(context, remote) && isOwned(context, { local, remote })
}

/** For which pairs of domains a stream that another server opened takes stanzas of ours (XEP-0288). */
export class Returns {
  readonly #inbound: Inbound
  readonly #ways = new Map<string, { readonly direction: Direction; readonly way: ReturnWay }>()
  /** The peer wants it. */
  #isWanted = false
  #hasBegun = false

  constructor(inbound: Inbound) {
    this.#inbound = inbound
  }

  /** §2.1: TLS comes first. §2.2: authentication follows. */
  want(): void {
    const { context, stream, remote, authority } = this.#inbound
    const isFit = stream.tls !== undefined && authority.isEmpty && remote !== undefined && mayBeTwoWay(context, remote)
    if (!isFit) return stream.close({ condition: 'unsupported-stanza-type' })
    this.#isWanted = true
  }

  /** It begins to say something: what else it has to say of the stream comes before. */
  begin(): void {
    const { local, remote } = this.#inbound
    if (!this.#isWanted || this.#hasBegun) return
    this.#hasBegun = true
    if (local !== undefined && remote !== undefined) this.open({ local, remote })
  }

  /** §2.2: only once the peer has proven that it is that domain, and only from the one that it proved it to. */
  open(direction: Direction, management?: Management): void {
    const { context, stream, authority } = this.#inbound
    const { local, remote } = direction
    const key = pairKey(local, remote)
    if (!this.#isWanted || this.#ways.has(key) || stream.over) return
    if (!authority.covers(remote, local) || !mayBeTwoWay(context, remote)) return
    const way = new ReturnWay(this.#inbound, management)
    this.#ways.set(key, { direction, way })
    // The owner of any other pair opens a stream of its own.
    if (isOwned(context, direction)) context.ways.add(direction, way)
  }

  managed(parsed: ParsedElement): void {
    for (const { way } of this.#ways.values()) if (way.management !== undefined) way.onManagement(parsed)
  }

  /** Resolves when nothing more is written, and the peer has what was. */
  async finished(): Promise<void> {
    await Promise.all([...this.#ways.values()].map(({ way }) => way.onFinish()))
  }

  ended(end: StreamEnd): void {
    for (const { direction, way } of this.#ways.values()) {
      this.#inbound.context.ways.remove(direction, way)
      way.onEnded(end)
    }
  }
}

class ReturnWay implements Way {
  readonly isOurs = false
  readonly stream: XmlStream
  readonly management: Management | undefined
  /** What it takes is said by who is connected to. */
  readonly mostBytes = Number.POSITIVE_INFINITY
  onEnded: Way['onEnded'] = () => {}
  onManagement: Way['onManagement'] = () => {}
  onFinish: Way['onFinish'] = () => Promise.resolve()
  readonly #inbound: Inbound

  constructor(inbound: Inbound, management: Management | undefined) {
    this.#inbound = inbound
    this.stream = inbound.stream
    this.management = management
  }

  finish(): Promise<void> {
    return this.#inbound.finish()
  }
}

function isOwned({ ownership }: Inbound['context'], { local, remote }: Direction): boolean {
  return ownership.phaseOf(partitionOf(pairKey(local, remote))) === 'served'
}
