import type { BareJid } from '@heliograph/jid'
import { PARTITIONS, partitionOf } from '@heliograph/ownership'
import { User, type Work } from './user.ts'

/** The users that live in this instance's memory, by partition. */
export class Users {
  readonly #partitions: (Map<BareJid, User> | undefined)[] = new Array(PARTITIONS).fill(undefined)
  readonly #make: (jid: BareJid, partition: number) => User
  #count = 0

  constructor(handlers: {
    handle: (user: User, work: Work) => void | Promise<void>
    failed: (user: User, error: unknown) => void
    bound: number
  }) {
    this.#make = (jid, partition) => new User(jid, partition, handlers)
  }

  get count(): number {
    return this.#count
  }

  find(jid: BareJid, partition = partitionOf(jid)): User | undefined {
    return this.#partitions[partition]?.get(jid)
  }

  /** The user, cold if it was not in memory. */
  get(jid: BareJid, partition = partitionOf(jid)): User {
    let users = this.#partitions[partition]
    if (users === undefined) {
      users = new Map()
      this.#partitions[partition] = users
    }
    let user = users.get(jid)
    if (user === undefined) {
      user = this.#make(jid, partition)
      users.set(jid, user)
      this.#count++
    }
    return user
  }

  inPartition(partition: number): User[] {
    return [...(this.#partitions[partition]?.values() ?? [])]
  }

  *[Symbol.iterator](): Iterator<User> {
    for (const users of this.#partitions) if (users) yield* users.values()
  }

  remove(user: User): void {
    if (this.#partitions[user.partition]?.delete(user.jid)) this.#count--
  }

  dropPartition(partition: number): User[] {
    const users = this.inPartition(partition)
    this.#partitions[partition] = undefined
    this.#count -= users.length
    return users
  }
}
