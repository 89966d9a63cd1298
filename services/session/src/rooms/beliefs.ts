import { Envelope, Kind, Op } from '@heliograph/bus'
import { bareOf, isFull, trusted } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'

/** Changes of owners come many at a time, and edges have to announce first what a former owner of users had. */
const GATHER_MS = 1_000
const PAIRS_AN_ENVELOPE = 500
const USERS_A_TURN = 500

/** Sessions that think to be in rooms of one partition. */
interface Belief {
  readonly room: string
  /** By turns the session and its address in a room. */
  readonly recipients: string[]
  readonly ids: number[]
}

/**
 * Tells owners of rooms which sessions think to be in those rooms: a new owner of rooms, or for users that were taken over. So that a session
 * whose room lost it with its owner learns that it is out. Plain sends: they come after what is sent again for the rooms' new owner, such as
 * a presence to enter.
 */
export class Beliefs implements Disposable {
  readonly #context: SessionContext
  #rooms = new Set<number>()
  #users = new Set<number>()
  #timer: NodeJS.Timeout | undefined
  #ended = false

  constructor(context: SessionContext) {
    this.#context = context
    context.ownership.onOwner(Kind.room, (partition) => {
      this.#rooms.add(partition)
      this.#tellSoon()
    })
  }

  /** Users of the partition were taken over from an owner that died. */
  tookOver(partition: number): void {
    this.#users.add(partition)
    this.#tellSoon()
  }

  [Symbol.dispose](): void {
    this.#ended = true
    clearTimeout(this.#timer)
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      const [rooms, users] = [this.#rooms, this.#users]
      this.#rooms = new Set()
      this.#users = new Set()
      this.#tell(rooms, users).catch((error: unknown) => this.#context.log.error('rooms_not_told', { error }))
    }, GATHER_MS)
  }

  async #tell(rooms: ReadonlySet<number>, users: ReadonlySet<number>): Promise<void> {
    const beliefs = new Map<number, Belief>()
    let seen = 0
    for (const user of this.#context.users) {
      if (this.#context.ownership.epochOf(user.partition) !== 0)
        for (const resource of user.resources)
          this.#note(beliefs, resource, users.has(user.partition) ? undefined : rooms)
      if (++seen % USERS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
      if (this.#ended) return
    }
    for (const belief of beliefs.values()) this.#send(belief)
  }

  /** `rooms`: only of these partitions. */
  #note(
    beliefs: Map<number, Belief>,
    { jid, directed, marks }: Resource,
    rooms: ReadonlySet<number> | undefined,
  ): void {
    for (const address of directed ?? []) {
      const occupant = trusted(address)
      if (!isFull(occupant) || this.#context.hosts.kindOf(occupant) !== Kind.room) continue
      const room = bareOf(occupant)
      const partition = partitionOf(room)
      if (rooms?.has(partition) === false) continue
      const belief = beliefs.get(partition) ?? { room, recipients: [], ids: [] }
      beliefs.set(partition, belief)
      belief.recipients.push(jid, address)
      belief.ids.push(marks?.of(room) ?? 0)
    }
  }

  #send({ room, recipients, ids }: Belief): void {
    for (let at = 0; at < ids.length; at += PAIRS_AN_ENVELOPE) {
      const envelope = new Envelope(Op.believe)
      envelope.recipients = recipients.slice(2 * at, 2 * (at + PAIRS_AN_ENVELOPE))
      envelope.ids = ids.slice(at, at + PAIRS_AN_ENVELOPE)
      this.#context.router.send(Kind.room, room, envelope)
    }
  }
}
