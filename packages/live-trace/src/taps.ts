import type { BareJid, Jid } from '@heliograph/jid'
import type { WatchEvent } from '@heliograph/rpc'
import type { Stanza } from '@heliograph/stanza'
import { shown } from './shown.ts'

/** A stanza of a user, where it was seen. */
export interface Sighting {
  readonly place: 'edge' | 'owner'
  /** Seen from the server: `in` comes from the client, or to the owner. */
  readonly direction: 'in' | 'out'
  readonly user: BareJid
  /** The session it came from or goes to, as far as is known there. */
  readonly jid: Jid
  readonly stanza: Stanza
}

/** Who is watched at this instance. */
export class Taps {
  readonly #taps = new Map<BareJid, Set<Tap>>()
  /** Somebody is. Looked at before anything is made for {@link see}. */
  any = false

  see({ place, direction, user, jid, stanza }: Sighting): void {
    for (const tap of this.#taps.get(user) ?? []) tap.take({ place, direction, jid }, stanza)
  }

  /** The events of a user from now on, until `signal` aborts. */
  open(user: BareJid, bodies: boolean, signal: AbortSignal): Tap {
    const tap = new Tap(bodies)
    const all = this.#taps.get(user) ?? new Set()
    this.#taps.set(user, all.add(tap))
    this.any = true
    const close = (): void => {
      tap.end()
      all.delete(tap)
      if (all.size === 0 && this.#taps.get(user) === all) this.#taps.delete(user)
      this.any = this.#taps.size > 0
    }
    signal.addEventListener('abort', close, { once: true })
    if (signal.aborted) close()
    return tap
  }
}

const MOST_WAITING = 1_000
/** Of what waits, in characters. */
const MOST_TEXT = 4_194_304

/** One that watches. */
export class Tap {
  readonly #bodies: boolean
  #waiting: WatchEvent[] = []
  #text = 0
  #dropped = 0
  #ended = false
  #wake: (() => void) | undefined

  constructor(bodies: boolean) {
    this.#bodies = bodies
  }

  take({ place, direction, jid }: Pick<Sighting, 'place' | 'direction' | 'jid'>, stanza: Stanza): void {
    if (this.#waiting.length >= MOST_WAITING || this.#text >= MOST_TEXT) {
      this.#dropped++
      return
    }
    const text = shown(stanza, this.#bodies)
    this.#waiting.push({ place, direction, jid, time: Date.now(), stanza: text, dropped: this.#dropped })
    this.#text += text.length
    this.#dropped = 0
    this.#wake?.()
  }

  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent, void> {
    while (!this.#ended) {
      const events = this.#waiting
      this.#waiting = []
      for (const event of events) {
        yield event
        // What is handed over in turn still counts until then.
        this.#text -= event.stanza.length
      }
      if (events.length > 0) continue
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        if (this.#ended || this.#waiting.length > 0) resolve()
      })
      this.#wake = undefined
    }
  }
}
