import { type Mark, Marks } from '@heliograph/distribution'
import { type BareJid, bareOf, type FullJid } from '@heliograph/jid'
import { type Flight, InFlight } from '../custody/in-flight.ts'
import type { Window } from '../custody/window.ts'
import type { Managed } from '../management/managed.ts'

/** A bound resource, as far as the edge holds it: enough to tell a new owner everything (RFC 6120 §7, XEP-0198). */
export class Session {
  readonly jid: FullJid
  readonly bare: BareJid
  /** Ingress stream id; with a stanza's count it is the stanza's ingress id. */
  readonly stream: string
  /** Stanzas taken from the client. */
  count: number
  readonly inFlight = new InFlight()
  /** What may be in flight. */
  readonly window: Window
  managed: Managed | undefined = undefined
  /** `enable` while it waits for its answer, and the count at which it came. */
  enabling: Flight | undefined = undefined
  base = 0
  /** Highest archive id written to the client. */
  lastId: number
  /** Of rooms and nodes the last that was written to the client; undefined while nothing was of any. */
  marks: Marks | undefined = undefined
  /** An `<r/>` came while `enable` was waiting. */
  asked = false
  /** When a sign of life was last asked for; unanswered while nothing was heard since. */
  questionedAt = 0
  /** Id of the ping that awaits its answer (XEP-0199). */
  ping: string | undefined = undefined
  /** The client said so last (XEP-0352), and what the owner knows of it. */
  inactive = false
  toldInactive = false
  /** Reading has stopped because too much is in flight. */
  stalled = false
  /** Coarse time until which nothing is read because the user sends too much; 0 for not at all. */
  shapedUntil = 0

  constructor(jid: FullJid, from: { stream: string; count: number; lastId: number; window: Window }) {
    this.jid = jid
    this.bare = bareOf(jid)
    this.stream = from.stream
    this.count = from.count
    this.lastId = from.lastId
    this.window = from.window
    this.inFlight.startAt(from.count)
  }

  note(mark: Mark): void {
    this.marks ??= new Marks()
    this.marks.advance(mark)
  }
}
