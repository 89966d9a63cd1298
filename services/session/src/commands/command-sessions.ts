import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { FormValues } from '@heliograph/stanza'
import type { Resource } from '../users/resource.ts'
import type { Command, StageForm } from './command.ts'

/** The execution of a command by one client, between two of its requests. */
export interface CommandSession {
  readonly id: string
  readonly command: Command
  /** To the stages before the present one. */
  readonly answers: FormValues[]
  /** The form that was offered last. */
  offered: StageForm | undefined
  /** A form is being made: nothing else is done meanwhile. */
  busy: boolean
  /** Milliseconds of `now`. */
  until: number
}

/** Of one client. */
const MOST = 8
const LIFETIME_MS = 600_000
const NONCE_LENGTH = 16
const MARK_BYTES = 16

/**
 * The command sessions of the clients whose users are owned here; each is its client's alone and lives with its resource, so also while
 * that hibernates. Another owner doesn't have them, but knows by the mark in an id that there was such a session.
 */
export class CommandSessions {
  readonly #mark: (text: string) => Buffer
  readonly #now: () => number
  readonly #sessions = new WeakMap<Resource, Map<string, CommandSession>>()

  /** @param mark a keyed digest that all instances share */
  constructor(mark: (text: string) => Buffer, now: () => number = () => performance.now()) {
    this.#mark = mark
    this.#now = now
  }

  /** The session used least lately makes room at the bound. */
  open(resource: Resource, command: Command): CommandSession {
    const id = this.newId(resource, command)
    const session = { id, command, answers: [], offered: undefined, busy: false, until: this.#now() + LIFETIME_MS }
    const sessions = this.#sessions.get(resource) ?? new Map<string, CommandSession>()
    this.#sessions.set(resource, sessions)
    sessions.set(id, session)
    const [oldest] = sessions.keys()
    if (sessions.size > MOST && oldest !== undefined) sessions.delete(oldest)
    return session
  }

  newId(resource: Resource, { node }: Command): string {
    const nonce = randomBytes(12).toString('base64url')
    return nonce + this.#markOf(resource, node, nonce).toString('base64url')
  }

  find(resource: Resource, id: string): CommandSession | undefined {
    const sessions = this.#sessions.get(resource)
    const session = sessions?.get(id)
    if (session === undefined) return undefined
    sessions?.delete(id)
    if (session.until <= this.#now()) return undefined
    session.until = this.#now() + LIFETIME_MS
    sessions?.set(id, session)
    return session
  }

  end(resource: Resource, session: CommandSession): void {
    this.#sessions.get(resource)?.delete(session.id)
  }

  /** Whether the id was given to this client for this command, by whichever instance. */
  wasGiven(resource: Resource, { node }: Command, id: string): boolean {
    const given = Buffer.from(id.slice(NONCE_LENGTH), 'base64url')
    const mark = this.#markOf(resource, node, id.slice(0, NONCE_LENGTH))
    return given.length === mark.length && timingSafeEqual(given, mark)
  }

  #markOf({ jid }: Resource, node: string, nonce: string): Buffer {
    return this.#mark(`command\0${jid}\0${node}\0${nonce}`).subarray(0, MARK_BYTES)
  }
}
