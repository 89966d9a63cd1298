import { randomBytes } from 'node:crypto'
import { NS, readError, type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Logger, Metrics } from '@heliograph/telemetry'
import type { User } from '../users/user.ts'
import { notification, type Summary } from './notification.ts'
import type { PushService } from './push-service.ts'
import type { Registration } from './user-push.ts'

const ANSWER_WITHIN_MS = 30_000
/** Errors in a row that may pass, and how long is waited after the first; twice as long after each further one. */
const FAILURES_MAX = 5
const BACK_OFF_MS = 15_000

/** XEP-0357 §7.1: what may be otherwise in a while. Whatever else is answered won't change. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'internal-server-error',
  'recipient-unavailable',
  'remote-server-not-found',
  'remote-server-timeout',
  'resource-constraint',
  'service-unavailable',
  'unexpected-request',
])

export interface PushParts {
  /** For so long after a notification further ones to the same node become one. */
  readonly burstMs: number
  readonly withSender: boolean
  readonly withBody: boolean
  /** Brings it on its way; `lost` when nobody took it. */
  readonly send: (user: User, request: Stanza, lost: () => void) => void
  /** Whether a client of the user would see for itself. */
  readonly isAttended: (user: User) => boolean
  /** Messages that wait for the user. */
  readonly waiting: (user: User) => number
  readonly storeServices: (user: User, services: readonly PushService[]) => void
  readonly storeTold: (user: User, id: number) => void
  readonly log: Logger
  readonly metrics: Metrics
  readonly now?: () => number
}

/**
 * Tells app servers that something waits for their users (XEP-0357). The first of a burst is told at once, the rest of it once, some
 * seconds later and only if it still waits. An app server that errs is told less often, and after some errors, or one that will not
 * change, no more.
 */
export class Pushes {
  readonly #parts: PushParts
  readonly #now: () => number
  /** Those with something under way. */
  readonly #busy = new Set<User>()
  readonly #count: (outcome: 'sent' | 'coalesced' | 'accepted' | 'failed' | 'disabled') => void

  constructor(parts: PushParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => performance.now())
    const { metrics } = parts
    const counter = (outcome: string) =>
      metrics.counter('heliograph_session_pushes_total', 'Notifications of app servers', { outcome })
    const counters = {
      sent: counter('sent'),
      coalesced: counter('coalesced'),
      accepted: counter('accepted'),
      failed: counter('failed'),
      disabled: counter('disabled'),
    }
    this.#count = (outcome) => counters[outcome].add()
    metrics.gauge('heliograph_session_pushes_waiting', 'Users about whom an app server is told', () => this.#busy.size)
  }

  /** Something came for a user who isn't there. @param id its archive id, 0 if it has none */
  tell(user: User, message: Stanza | undefined, id: number): void {
    const { push } = user
    if (push === undefined) return
    if (id > push.told) push.told = id
    for (const registration of push.registrations) {
      const waits = registration.asked !== undefined || this.#now() < registration.notBefore
      if (waits && registration.pending) this.#count('coalesced')
      registration.pending = { message: this.#kept(message) }
    }
    this.#send(user, true)
  }

  /** Whether an IQ response to the user's account is one that was waited for here. */
  answered(user: User, response: Stanza): boolean {
    const registration = user.push?.registrations.find(
      ({ asked, service }) => asked?.id === response.id && asked?.id !== undefined && service.jid === response.from,
    )
    if (registration === undefined) return false
    if (response.type === 'error') this.#failed(user, registration, readError(response))
    else {
      registration.asked = undefined
      registration.failures = 0
      this.#count('accepted')
      this.#send(user)
    }
    return true
  }

  /** To be called about once a second. */
  tick(): void {
    for (const user of [...this.#busy]) {
      for (const registration of user.push?.registrations ?? []) {
        const { asked } = registration
        if (asked && asked.until <= this.#now())
          this.#failed(user, registration, stanzaError('remote-server-timeout', { text: 'no answer' }))
      }
      this.#send(user)
    }
  }

  /** The user goes to another owner, which must not have to know what waited here. */
  handOver(user: User): void {
    for (const registration of user.push?.registrations ?? [])
      if (registration.failures === 0) registration.notBefore = 0
    this.#send(user)
  }

  /** The user isn't owned here any more. */
  forget(user: User): void {
    this.#busy.delete(user)
  }

  #kept(message: Stanza | undefined): Stanza | undefined {
    return this.#parts.withSender || this.#parts.withBody ? message : undefined
  }

  /** @param away it is known that nobody sees what came */
  #send(user: User, away = false): void {
    const { push } = user
    if (push === undefined) return this.forget(user)
    const due = push.registrations.filter(
      ({ pending, asked, notBefore }) => pending !== undefined && asked === undefined && this.#now() >= notBefore,
    )
    if (due.length > 0) {
      const attended = !away && this.#parts.isAttended(user)
      for (const registration of due) {
        // Seen meanwhile.
        if (attended) registration.pending = undefined
        else this.#publish(user, registration)
      }
      if (!attended && push.told > 0) this.#parts.storeTold(user, push.told)
    }
    if (push.busy) this.#busy.add(user)
    else this.#busy.delete(user)
  }

  #publish(user: User, registration: Registration): void {
    const { message } = registration.pending!
    const id = `push-${randomBytes(9).toString('base64url')}`
    const now = this.#now()
    registration.pending = undefined
    registration.asked = { id, until: now + ANSWER_WITHIN_MS, message }
    registration.notBefore = now + this.#parts.burstMs
    this.#count('sent')
    const request = notification(id, user.jid, registration.service, this.#summary(user, message))
    this.#parts.send(user, request, () => {
      if (registration.asked?.id === id) this.#failed(user, registration, stanzaError('remote-server-timeout'))
    })
  }

  #summary(user: User, message: Stanza | undefined): Summary {
    const { withSender, withBody, waiting } = this.#parts
    return {
      count: Math.max(1, waiting(user)),
      ...(withSender && message?.from !== undefined && { sender: message.from }),
      // The tree of a copy, so that the message keeps none.
      ...(withBody && message?.hasBody && { body: message.with({}).childText('body', NS.client) }),
    }
  }

  #failed(user: User, registration: Registration, error: StanzaError): void {
    const { asked, service } = registration
    registration.asked = undefined
    registration.failures++
    this.#count('failed')
    const passes = error.type === 'wait' || TRANSIENT.has(error.condition)
    if (passes && registration.failures < FAILURES_MAX) {
      registration.pending ??= { message: asked?.message }
      registration.notBefore = this.#now() + BACK_OFF_MS * 2 ** (registration.failures - 1)
      return
    }
    this.#count('disabled')
    this.#parts.log.info('push_disabled', { jid: user.jid, service: service.jid, condition: error.condition })
    const { push } = user
    if (push === undefined || !push.registrations.includes(registration)) return
    push.disable(service.jid, service.node)
    this.#parts.storeServices(user, push.services)
    if (push.registrations.length === 0) user.push = undefined
    this.#send(user)
  }
}
