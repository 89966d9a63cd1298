import type { InstanceId } from '@heliograph/bus'
import { Marks } from '@heliograph/distribution'
import type { FullJid } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { Quiet } from '../client-state/quiet.ts'
import type { Unseen } from '../recovery/unseen.ts'
import { Custody } from './custody.ts'
import { type Delivery, Unacked } from './unacked.ts'
import type { Work } from './user.ts'

/**
 * `connected`: an edge holds its stream. `hibernating`: the stream is lost, the client may resume. `recovering`: this owner is new and
 * waits for the edge's announcement. `catching-up`: announced, what the archive holds is being fetched.
 */
export type Attachment = 'connected' | 'hibernating' | 'recovering' | 'catching-up'

/** Stream management of a session (XEP-0198). */
export interface Managed {
  /** SM-ID, '' when it can't be resumed. */
  readonly id: string
  /** Seconds it may be resumed after its stream is lost. */
  readonly max: number
  /** Ingress count at `<enable/>`: `h` to the client is the count in custody less this. */
  readonly base: number
  readonly unacked: Unacked
}

export function managed(id: string, max: number, base: number, acked = 0): Managed {
  return { id, max, base, unacked: new Unacked(acked) }
}

/** A client's capabilities (XEP-0115): what it advertises, and the features once they are proven. */
export interface Capabilities {
  readonly key: string
  readonly features: ReadonlySet<string> | undefined
  /** How often this session came up with something unknown. */
  readonly questions: number
}

/** How the client came in; shown in session lists. */
export interface Origin {
  readonly address: string
  readonly secure: boolean
  readonly mechanism: string
  readonly transport: string
}

/** A bound resource of a user (RFC 6120 §7): the session that survives its connection and its edge. */
export class Resource {
  readonly jid: FullJid
  readonly name: string
  /** Ingress stream id, fixed for the life of the session. */
  readonly stream: string
  readonly custody: Custody
  origin: Origin
  attachment: Attachment = 'connected'
  edge: InstanceId
  conn: number
  managed: Managed | undefined = undefined
  /** Last presence broadcast while available (RFC 6121 §4), undefined when unavailable. */
  presence: Stanza | undefined = undefined
  priority = 0
  revision = 0
  /** It is one of the most available resources of its user: what is sent to the account goes to it. */
  prominent = false
  /** While it is: archive ids above this were given out since it became so. */
  eligibleFrom = 0
  /** While its client is inactive (XEP-0352): what it isn't told yet. */
  quiet: Quiet | undefined = undefined
  /** Wants copies of what its user's other resources send and get (XEP-0280): of what has an archive id above this; 0 when it doesn't. */
  carbonsFrom = 0
  /** What its presence says of its client's capabilities, and its features when they are known. */
  capabilities: Capabilities | undefined = undefined
  /** Nodes of accounts whose last items were asked for it; `inherited`: a former owner did, for whatever it wants. */
  hears: readonly string[] | 'inherited' | undefined = undefined
  /** Monotonic milliseconds until which its edge doesn't read it, because the user sends too much. */
  shapedUntil = 0
  /** Asked for the roster: gets roster pushes (RFC 6121 §2.1.6). */
  interested = false
  /** Asked for the block list: hears of its changes (XEP-0191 §3.3). */
  watchesBlocks = false
  /** Who got directed presence and must hear of unavailability (RFC 6121 §4.6). */
  directed: Set<string> | undefined = undefined
  /** Monotonic milliseconds at which a hibernating or recovering resource is given up. */
  deadline = 0
  /** Recovered from a planned hand-over: the recovery copy was whole, so it can be resumed without its edge's announcement. */
  complete = false
  /** It was, when an heir died: the queue that is in the recovery copy is to go when the session is whole again, or over. */
  wasComplete = false
  /** Its edge said that the stream is lost while the session was still being recovered; called when another owner would know what is left of it. */
  lostEarly: (() => void) | undefined = undefined
  /** Nor will its client come back: it closed the stream. */
  closedEarly = false
  /** Its queue in the recovery copy is from before its owner died: what that one stored for it last may not have reached it. */
  behind = false
  /** Only its edge knows of it: what its client believes to be known here, such as its presence, is lost. */
  bereft = false
  /** While it isn't available to a new owner: what may have been stored for it before. */
  unseen: Unseen | undefined = undefined
  /** It is about to end: nothing more is taken from its client. */
  isEnding = false
  /** This owner has it from another, and has not told its watchers yet. */
  takenOver = false
  /** Stream management as its edge is telling of it. */
  announced: Managed | undefined = undefined
  /** `unacked` envelopes still to come after an announcement. */
  expected = 0
  /** While it is not connected and has no stream management, or is catching up: what waits for it. */
  held: Delivery[] | undefined = undefined
  heldBytes = 0
  /** How far it has come with rooms and nodes; undefined while it has had nothing of any. */
  marks: Marks | undefined = undefined
  /** Its client fetches for itself what has an archive id up to this, and need not be given it for having waited (XEP-0386 §3.2). */
  fetches = 0
  /** Highest archive id handed to it, or that was of no concern to it from the start. */
  lastId = 0
  /** Messages that wait and that its client has read in the archive meanwhile: it isn't given them once more (XEP-0313 §7.1.1). */
  read: Set<number> | undefined = undefined
  /** Clients that want it back while it is being recovered. */
  waiting: Work[] | undefined = undefined
  readonly since: number

  constructor(session: {
    jid: FullJid
    name: string
    stream: string
    edge: InstanceId
    conn: number
    origin: Origin
    received: number
    since: number
    custodyAdvanced: (resource: Resource) => void
  }) {
    this.jid = session.jid
    this.name = session.name
    this.stream = session.stream
    this.edge = session.edge
    this.conn = session.conn
    this.origin = session.origin
    this.since = session.since
    this.custody = new Custody(session.received, () => session.custodyAdvanced(this))
  }

  /** False for what it has had of a room or node. From here on it has had this. */
  admits({ mark }: Delivery): boolean {
    if (mark === undefined) return true
    this.marks ??= new Marks()
    return this.marks.advance(mark)
  }

  /** Its client has had a message that waits, in another form. */
  hasRead(id: number): void {
    this.read ??= new Set()
    this.read.add(id)
  }

  get available(): boolean {
    return this.presence !== undefined
  }

  get resumable(): boolean {
    return this.managed !== undefined && this.managed.id !== ''
  }

  /** `h` for its client (XEP-0198 §4). What came before `<enable/>` may still be under way. */
  get handled(): number {
    return Math.max(0, this.custody.settled - (this.managed?.base ?? 0)) >>> 0
  }

  /** This owner is new, and the edge that had the session is still telling what it holds. */
  get isIncomplete(): boolean {
    return this.attachment === 'catching-up' || (this.attachment === 'recovering' && !this.complete)
  }

  isOn(edge: InstanceId, conn: number): boolean {
    return this.conn === conn && this.edge === edge
  }
}
