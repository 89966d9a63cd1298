import type { Envelope, InstanceId } from '@heliograph/bus'
import type { Lane } from '@heliograph/distribution'
import type { BareJid } from '@heliograph/jid'
import { Mailbox } from '@heliograph/ownership'
import { AskPace } from '../access/ask-pace.ts'
import type { Standing } from '../access/standing.ts'
import type { Hearers } from '../account/tell-account.ts'
import type { Home } from '../forms/config-form.ts'
import type { StoredNode } from '../store/stored.ts'
import type { Recipients } from './recipients.ts'
import { Tellings } from './tellings.ts'

/** What the mailbox of a node is given: an envelope, or something that is to be done in its turn. */
export type Work = { readonly envelope: Envelope; readonly from: InstanceId } | (() => void | Promise<void>)

const STANDINGS_MAX = 1_000

/** A node owned here, of a service or of an account. All that happens to it goes through its mailbox, all that it tells through its lane. */
export class Node {
  readonly service: BareJid
  readonly name: string
  readonly key: string
  readonly partition: number
  readonly mailbox: Mailbox<Work>
  readonly lane: Lane
  readonly recipients: Recipients
  readonly home: Home
  readonly tellings = new Tellings()
  asks = new AskPace()
  /** Of an account's node: who hears of it without a subscription; undefined: not read yet. */
  hearers: Hearers | undefined
  /** Undefined: not read yet. 'absent': there is no such node. */
  details: StoredNode | 'absent' | undefined
  /** Highest sequence told to anybody by this owner. */
  lastTold = 0
  /** Highest sequence given out. */
  lastSequence = 0
  /** Items published since it was looked whether there are too many; what a former owner left is one. */
  untrimmed = 1
  touched = performance.now()
  /** Of those who asked lately. The owner alone changes them, so they are true. */
  readonly #standings = new Map<BareJid, Standing>()

  constructor(given: {
    readonly service: BareJid
    readonly name: string
    readonly key: string
    readonly partition: number
    readonly home: Home
    readonly lane: Lane
    readonly recipients: Recipients
    readonly bound: number
    readonly handle: (node: Node, work: Work) => void | Promise<void>
    readonly failed: (node: Node, error: unknown) => void
  }) {
    this.service = given.service
    this.name = given.name
    this.key = given.key
    this.partition = given.partition
    this.home = given.home
    this.lane = given.lane
    this.recipients = given.recipients
    this.mailbox = new Mailbox<Work>({
      handle: (work) => given.handle(this, work),
      failed: (error) => given.failed(this, error),
      bound: given.bound,
    })
  }

  /** Only of a node that is there. */
  get about(): StoredNode {
    if (this.details === undefined || this.details === 'absent') throw new Error(`${this.key} is not there`)
    return this.details
  }

  /** Nothing is under way: it may leave memory. */
  get idle(): boolean {
    return !this.mailbox.busy && this.lane.outstanding === 0
  }

  /** Items up to this sequence have expired. */
  get expired(): number {
    const { itemExpire } = this.about.config
    return itemExpire === undefined ? 0 : (Date.now() - itemExpire * 1_000) * 1_000
  }

  knownStanding(jid: BareJid): Standing | undefined {
    return this.#standings.get(jid)
  }

  learnStanding(jid: BareJid, standing: Standing): Standing {
    this.#standings.set(jid, standing)
    if (this.#standings.size > STANDINGS_MAX) this.#standings.delete(this.#standings.keys().next().value!)
    return standing
  }

  /** Who is subscribed or affiliated was changed. */
  peopleChanged(): void {
    this.#standings.clear()
    this.hearers = undefined
    this.recipients.changed()
  }
}
