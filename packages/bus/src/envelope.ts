import type { Stanza } from '@heliograph/stanza'

/** The kinds of key that have owners; one service owns each. Numbers are wire values: only ever added. */
export const Kind = { instance: 0, user: 1, presence: 2, room: 3, node: 4, domain: 5 } as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** What an envelope asks of its receiver. Numbers are wire values: only ever added. */
export const Op = {
  // edge → owner of the user
  open: 1,
  resume: 2,
  stanza: 3,
  ack: 4,
  closed: 5,
  announce: 6,
  unacked: 7,
  enable: 8,
  inactive: 9,
  active: 10,
  returned: 11,
  // owner of the user → edge
  opened: 16,
  refused: 17,
  resumed: 18,
  enabled: 19,
  custody: 20,
  deliver: 21,
  disconnect: 22,
  shape: 23,
  // any service → owner of a key, or an instance with recipients on it
  route: 32,
  multicast: 33,
  presence: 34,
  probe: 35,
  believe: 36,
  // nodes of accounts
  news: 39,
  notify: 40,
  interest: 41,
  erase: 42,
  relation: 43,
  // between owners of nodes: this one is in a collection
  contained: 45,
  // between gateways
  streams: 37,
  component: 38,
  heard: 44,
  broken: 46,
  found: 47,
  // back to whoever made the transfer
  receipt: 48,
  moved: 49,
} as const
export type Op = (typeof Op)[keyof typeof Op]

/** Which of a recipient's addresses goes into `to` of its copy. Numbers are wire values: only ever added. */
export const Address = { full: 0, bare: 1 } as const
export type Address = (typeof Address)[keyof typeof Address]

/**
 * When an envelope leaves for its instance. Whatever leaves takes along what waits, in the order sent. `turn`: at the end of this turn of the
 * event loop. `gather`: the same, unless something left for that instance a moment ago: then when that moment is over, with what else has come
 * by then. `share`: like `gather`, with a shorter moment, and only over a bus. `onward`: with one shorter still, for what was shared on its way here.
 * `collect`: with a longer one. `ride`: with whatever leaves next, a little later at the latest.
 */
export const Haste = { turn: 0, gather: 1, collect: 2, ride: 3, share: 4, onward: 5 } as const
export type Haste = (typeof Haste)[keyof typeof Haste]

/** From how many recipients on a stanza fills a frame by itself. */
const MANY = 32

/**
 * With what haste a stanza leaves that several are told: sharing its frame saves what it costs them together, which is little where they are
 * many. `few`: the haste if they aren't.
 */
export function hasteOfCopies(recipients: number, few: Haste = Haste.share): Haste {
  return recipients < MANY ? few : Haste.turn
}

/** A running process of one service: `<service>-<name>-<random>`; a restart is another instance. */
export type InstanceId = string

/**
 * What one instance says to another: one stanza or one control message. Contract: proto/heliograph/v1/envelope.proto.
 * Immutable once sent; within a process it is handed over by reference.
 */
export class Envelope {
  readonly op: Op
  /** Which kind of owner `key` addresses; `Kind.instance` when the envelope is for the instance itself. */
  kind: Kind = Kind.instance
  /** Normalised key whose mailbox handles this: a bare JID, a domain, or a domain pair. */
  key = ''
  partition = 0
  /**
   * Partition of `emitterKind` and its epoch in whose name this was emitted; 0 where the emitter owns nothing. `deliver` with `conns`: only the
   * epoch, under which the emitter holds the partition of each connection.
   */
  emitterKind: Kind = Kind.instance
  emitterPartition = 0
  epoch = 0
  /** Non-zero: the receiver answers with a receipt (or `moved`) carrying this number. Unique per sending instance. */
  transfer = 0
  /**
   * Which time the sender set out on its route to (`kind`, `partition`), from 1; set by the router. Whoever refused an envelope refuses
   * what follows on the same attempt, so nothing overtakes it. `moved`: the attempt that was refused.
   */
  attempt = 0
  /** Edge-local connection number; never reused by that edge instance. */
  conn = 0
  /**
   * With `stream`: the ingress id (stream, count) of a stanza; of what a room or node distributes its key and the sequence. In `ack` and `custody`:
   * the cumulative count.
   */
  stream = ''
  count = 0
  /** Archive id of the stanza in the receiving user's archive (µs-based, monotonic), or 0. */
  id = 0
  stanza: Stanza | undefined = undefined
  /** `deliver`: connections that get a copy, with the address that `address` says put into `to`. */
  conns: readonly number[] | undefined = undefined
  address: Address = Address.full
  /**
   * `multicast`: JIDs (bare or full) on the receiving instance that get a copy. `moved`: those not owned there. `announce`, `resumed`: sources whose last
   * sequences are in `ids`. `streams`: by turns the domain of a component and the number of a stream of it. `believe`: by turns the full JID of a session and the address under which it thinks to be in a room.
   * `route` to a pair of domains: those of the remote one that the stanza, which then has no `to`, is for.
   * `broken`: the id of a stream of another server, our domain and theirs. `news`: contacts that it is for, or isn't, as its body says. `notify`: as `multicast`. `interest`: names of nodes. `relation`: a contact.
   */
  recipients: readonly string[] | undefined = undefined
  /**
   * `receipt`: transfers taken. `multicast` of a room or node: by turns partitions and the epochs under which they are known to be owned by the receiver.
   * `announce`, `resumed`: for each of `recipients` the last sequence had. `believe`: the same, for each two. `found`: the count of the last stanza of
   * `stream` that was handled, and what that is in the other server's counting; none where the stream isn't known.
   */
  ids: readonly number[] | undefined = undefined
  /** Op-specific message, encoded by its codec in `messages.ts`. */
  body: Uint8Array | undefined = undefined
  /** W3C traceparent of a sampled stanza, else ''. */
  trace = ''
  /** For the sending link only: it isn't part of what is sent. */
  haste: Haste = Haste.turn

  constructor(op: Op) {
    this.op = op
  }
}
