import type { Stanza } from '@heliograph/stanza'
import type { PushService } from './push-service.ts'

/** A push service as it is used. Times are monotonic milliseconds. */
export class Registration {
  readonly service: PushService
  /** Nothing is sent before that: a burst, or errors, go on. */
  notBefore = 0
  /** There is something to be told; with the message that was last, where its receiver may know of it. */
  pending: { readonly message: Stanza | undefined } | undefined = undefined
  /** A notification without an answer. */
  asked: { readonly id: string; readonly until: number; readonly message: Stanza | undefined } | undefined = undefined
  /** Errors in a row. */
  failures = 0

  constructor(service: PushService) {
    this.service = service
  }
}

/** The push services of a user who has any. */
export class UserPush {
  registrations: Registration[]
  /** The newest message that was told of, by its archive id. */
  told: number

  constructor(services: readonly PushService[], told: number) {
    this.registrations = services.map((service) => new Registration(service))
    this.told = told
  }

  get services(): PushService[] {
    return this.registrations.map(({ service }) => service)
  }

  /** Something of it is under way. */
  get busy(): boolean {
    return this.registrations.some(({ pending, asked }) => pending !== undefined || asked !== undefined)
  }

  /** XEP-0357 §5: what was said last of a node counts. */
  enable(service: PushService): void {
    this.disable(service.jid, service.node)
    this.registrations.push(new Registration(service))
  }

  /** Without a node: all of the service (XEP-0357 §6). */
  disable(jid: string, node?: string): void {
    this.registrations = this.registrations.filter(
      ({ service }) => service.jid !== jid || (node !== undefined && service.node !== node),
    )
  }
}
