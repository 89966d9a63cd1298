import { AfterCommit } from '@heliograph/archive'
import type { Envelope, InstanceId } from '@heliograph/bus'
import type { Lane } from '@heliograph/distribution'
import type { BareJid, FullJid, Jid } from '@heliograph/jid'
import { Mailbox } from '@heliograph/ownership'
import { Affiliates } from './authority/affiliates.ts'
import type { Affiliation, Standing } from './authority/standing.ts'
import type { RoomConfig } from './forms/room-config.ts'
import { RoomHats } from './hats/room-hats.ts'
import { RoomPace } from './limits/room-pace.ts'
import { Occupants } from './occupants.ts'
import { RecentIngress } from './recent-ingress.ts'
import { Carried } from './recovery/carried.ts'
import type { RoomVcard, StoredRoom, Subject } from './store/stored-room.ts'
import { Subscribers } from './subscriptions/subscribers.ts'

/** What the mailbox of a room is given: an envelope, or something that is to be done in its turn. */
export type Work = { readonly envelope: Envelope; readonly from: InstanceId } | (() => void | Promise<void>)

/** What a room is, beyond who is in it. Changed by its mailbox after the store was. */
export interface Details {
  readonly creator: BareJid
  readonly created: number
  locked: boolean
  config: RoomConfig
  subject: Subject | undefined
  vcard: RoomVcard | undefined
  hats: RoomHats
  readonly affiliates: Affiliates
  readonly subscribers: Subscribers
}

/** A room owned here. All that happens in it goes through its mailbox, all that it says through `out`, in one order. */
export class Room {
  readonly jid: BareJid
  readonly partition: number
  readonly mailbox: Mailbox<Work>
  readonly lane: Lane
  readonly occupants = new Occupants()
  /** What it says, each when what must be stored before is stored. */
  readonly out = new AfterCommit()
  readonly recent = new RecentIngress()
  readonly carried = new Carried()
  readonly pace = new RoomPace()
  /** Undefined: not read yet. 'absent': there is no such room. */
  details: Details | 'absent' | undefined
  /** Highest sequence given out. */
  lastSequence = 0
  touched = performance.now()

  constructor(given: {
    readonly jid: BareJid
    readonly partition: number
    readonly lane: Lane
    readonly bound: number
    readonly handle: (room: Room, work: Work) => void | Promise<void>
    readonly failed: (room: Room, error: unknown) => void
  }) {
    this.jid = given.jid
    this.partition = given.partition
    this.lane = given.lane
    this.mailbox = new Mailbox<Work>({
      handle: (work) => given.handle(this, work),
      failed: (error) => given.failed(this, error),
      bound: given.bound,
    })
  }

  /** Only of a room that is there. */
  get about(): Details {
    if (this.details === undefined || this.details === 'absent') throw new Error(`${this.jid} is not loaded`)
    return this.details
  }

  /** Nothing is under way and nobody is there: it may leave memory. */
  get idle(): boolean {
    return this.occupants.size === 0 && !this.mailbox.busy && this.out.length === 0 && this.lane.outstanding === 0
  }

  affiliationOf(jid: Jid): Affiliation {
    // In one that isn't any more nobody is anything.
    if (this.details === 'absent') return 'none'
    return this.about.affiliates.of(jid)
  }

  /** Not configured yet, it is there for its owners alone (XEP-0045 §7.2.10, §17.2). */
  hiddenFrom(jid: Jid): boolean {
    return this.about.locked && this.affiliationOf(jid) !== 'owner'
  }

  /** What somebody is here now: by his affiliation, and by his role if this client of his is in the room. */
  standingOf(jid: Jid): Standing {
    return { role: this.occupants.by(jid)?.role ?? 'none', affiliation: this.affiliationOf(jid) }
  }
}

export function detailsOf(stored: StoredRoom): Details {
  const { creator, created, locked, config, subject, vcard, hats, affiliates, subscriptions } = stored
  const known = {
    hats: RoomHats.of(hats),
    affiliates: new Affiliates(affiliates),
    subscribers: new Subscribers(subscriptions),
  }
  return { creator, created, locked, config, subject, vcard, ...known }
}

/** ROOM/NICK. */
export function occupantJid(room: BareJid, nick: string): FullJid {
  return `${room}/${nick}` as FullJid
}
