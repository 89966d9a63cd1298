import { AfterCommit } from '@heliograph/archive'
import type { Envelope, InstanceId } from '@heliograph/bus'
import { type BareJid, type Domain, domainOf, type FullJid, type Jid } from '@heliograph/jid'
import { Gate, Mailbox } from '@heliograph/ownership'
import type { Roster } from '@heliograph/roster'
import type { ArchivePreferences } from '../archive/preferences.ts'
import type { BlockList } from '../blocking/block-list.ts'
import type { CopiedIds } from '../carbons/copied-ids.ts'
import type { TokenTries } from '../invites/token-tries.ts'
import type { Guest } from '../pep/guests.ts'
import type { UserPush } from '../push/user-push.ts'
import type { Spending } from '../rates/shape.ts'
import type { Addressed } from '../strangers/addressed.ts'
import type { Allowance } from '../strangers/allowance.ts'
import type { Bygone } from './bygone.ts'
import { Origins } from './origins.ts'
import { Repetitions } from './repetitions.ts'
import type { Resource } from './resource.ts'

const QUERIES_AT_ONCE = 2

/** Something for a user's mailbox: an envelope from an instance. */
export interface Work {
  readonly envelope: Envelope
  readonly from: InstanceId
  /** For what a room or node distributes: whom of the user's it is for. */
  readonly to?: Jid
  /** For an `open`: how far the archive went when that was looked up; undefined in it when it couldn't be found out. */
  readonly looked?: { readonly at: number; readonly tries: number; readonly extent: Extent | undefined }
  /** For a `resume`: it has waited for what its client sent before, or for its session. */
  readonly settled?: true
}

/** Archive ids of the first and the last message, 0 where there is none. */
export interface Extent {
  readonly first: number
  readonly last: number
}

/** What the database knows of a user that routing needs. */
export interface Profile {
  readonly account: string
  readonly roster: Roster
}

/**
 * A local user at the owner of its partition. `mailbox` runs everything that touches routing; `chores` what waits for the database, so
 * that a slow database never holds up the mailbox.
 */
export class User {
  readonly jid: BareJid
  readonly domain: Domain
  readonly partition: number
  readonly mailbox: Mailbox<Work>
  readonly chores: Mailbox<() => Promise<void>>
  readonly resources: Resource[] = []
  readonly repetitions = new Repetitions()
  readonly afterCommit = new AfterCommit()
  /** Undefined until loaded; `unknown` when there is no such account. */
  profile: Profile | 'unknown' | undefined = undefined
  /** Whom the user blocks; undefined for nearly everybody, who blocks nobody. */
  blocked: BlockList | undefined = undefined
  /** Only where strangers are filtered: whom the user wrote to lately, and how many strangers may still be let in. */
  addressed: Addressed | undefined = undefined
  strangers: Allowance | undefined = undefined
  /** Once somebody has shown an invitation: how often others may. */
  tokenTries: TokenTries | undefined = undefined
  /** What the user's clients have taken of the rates; undefined until they send something. */
  spending: Spending | undefined = undefined
  /** Hash of the avatar in the vCard (XEP-0153); undefined without one. */
  avatar: string | undefined = undefined
  /** App servers to be told of what comes while nobody is there (XEP-0357); undefined without any. */
  push: UserPush | undefined = undefined
  /** Clients of contacts elsewhere that are there; undefined without any. */
  guests: Map<FullJid, Guest> | undefined = undefined
  /** Monotonic milliseconds at which a client of the user last had all contacts probed. */
  probedAt = Number.NEGATIVE_INFINITY
  /** A user without an account (XEP-0175), who is there as long as the session is. Known once loaded. */
  anonymous = false
  /** While it is being loaded. */
  loading: Promise<void> | undefined = undefined
  /** Highest id given out in this user's archive. */
  lastArchiveId = 0
  /** What is to be archived (XEP-0441); undefined: all that can be. */
  archiving: ArchivePreferences | undefined = undefined
  /** Messages that wait for a resource (XEP-0160), until somebody has acknowledged them. */
  offline = 0
  /** None of them has a higher archive id. */
  offlineUpTo = 0
  /** Archive ids of those that were acknowledged, while that is being stored. */
  readonly taken: number[] = []
  /** Ingress keys of outgoing messages that a former owner archived. */
  sentBefore: ReadonlySet<string> | undefined = undefined
  /** Contacts whose subscription stanzas are being stored, with how many: their presence waits behind them. */
  readonly subscribing = new Map<BareJid, number>()
  /** What its clients send again after a session that they could not resume is recognised by them. */
  readonly origins = new Origins()
  /** Of what the user's resources have copies of, what errors may still come for; undefined while nobody wants copies. */
  copied: CopiedIds | undefined = undefined
  /** Undefined until a session that could be resumed is over. */
  bygone: Bygone | undefined = undefined
  /** Clients that wait to be bound until it is known how far the archive goes. */
  opening: Work[] = []
  touched = 0
  #queries: Gate | undefined

  constructor(
    jid: BareJid,
    partition: number,
    handlers: {
      handle: (user: User, work: Work) => void | Promise<void>
      failed: (user: User, error: unknown) => void
      bound: number
    },
  ) {
    this.jid = jid
    this.domain = domainOf(jid as Jid)
    this.partition = partition
    this.mailbox = new Mailbox<Work>({
      handle: (work) => handlers.handle(this, work),
      failed: (error) => handlers.failed(this, error),
      // Routed stanzas are refused at the bound before they come here; what edges send they bound themselves.
      bound: Number.MAX_SAFE_INTEGER,
    })
    this.chores = new Mailbox<() => Promise<void>>({
      handle: (chore) => chore(),
      failed: (error) => handlers.failed(this, error),
      bound: handlers.bound,
    })
  }

  /** Lets a few of the user's queries of the archive in at a time: one who asks much waits for himself, not others for him. */
  get queries(): Gate {
    this.#queries ??= new Gate(QUERIES_AT_ONCE)
    return this.#queries
  }

  get exists(): boolean {
    return this.mayCome && (!this.anonymous || this.resources.length > 0)
  }

  /** Whether a client that has authenticated may have a session. */
  get mayCome(): boolean {
    return this.profile !== undefined && this.profile !== 'unknown'
  }

  get roster(): Roster {
    if (this.profile === undefined || this.profile === 'unknown') throw new Error('user is not loaded')
    return this.profile.roster
  }

  /** 0 while the roster isn't loaded, or of somebody who is no user. */
  get rosterVersion(): number {
    return this.profile === undefined || this.profile === 'unknown' ? 0 : this.profile.roster.version
  }

  resource(jid: FullJid): Resource | undefined {
    return this.resources.find((resource) => resource.jid === jid)
  }

  onConnection(edge: InstanceId, conn: number): Resource | undefined {
    const resources = this.resources
    for (let i = 0; i < resources.length; i++) {
      if (resources[i]!.isOn(edge, conn)) return resources[i]
    }
    return undefined
  }

  /** Available resources with a priority of 0 or more (RFC 6121 §8.5.2). */
  eligible(): Resource[] {
    return this.resources.filter((resource) => resource.available && resource.priority >= 0)
  }

  /** Of the eligible, those that share the highest priority: the "most available" (RFC 6121 §8.5.2.1.1). */
  mostAvailable(): Resource[] {
    const eligible = this.eligible()
    if (eligible.length < 2) return eligible
    const highest = Math.max(...eligible.map((resource) => resource.priority))
    return eligible.filter((resource) => resource.priority === highest)
  }

  /**
   * To be called when presence, priorities or resources have changed. `since` is an archive id that is not given out any more: from there
   * on those that joined the most available get what is sent to the account. Returns those.
   */
  reviewProminence(since: number): Resource[] {
    const prominent = this.mostAvailable()
    const joined = prominent.filter((resource) => !resource.prominent)
    for (const resource of this.resources) resource.prominent = prominent.includes(resource)
    for (const resource of joined) resource.eligibleFrom = since
    return joined
  }

  remove(resource: Resource): void {
    const index = this.resources.indexOf(resource)
    if (index >= 0) this.resources.splice(index, 1)
  }

  get idle(): boolean {
    return (
      this.resources.length === 0 &&
      this.opening.length === 0 &&
      !this.mailbox.busy &&
      !this.chores.busy &&
      this.afterCommit.length === 0 &&
      !this.push?.busy
    )
  }
}
