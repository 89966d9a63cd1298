import type { Hosts } from '@heliograph/ownership'
import { Audience } from './audience.ts'

/** Of those who see real addresses, of the others, of all; and one for a single recipient in between. */
const KEPT = 4
/** Fewer are grouped anew at once. */
const FEW = 16

/**
 * The audiences that a lane had last: whoever is told something was mostly told something before, or all but one were, and grouping a
 * thousand recipients costs more than sending to them.
 */
export class Audiences {
  readonly #hosts: Pick<Hosts, 'kindOf'>
  /** Of lists that their owner still has: a large node has a hundred, each told of by turns. */
  readonly #large = new WeakMap<readonly string[], Audience>()
  /** Last used first. */
  readonly #recent: Audience[] = []

  constructor(hosts: Pick<Hosts, 'kindOf'>) {
    this.#hosts = hosts
  }

  /** The one of the very same list, if that is large or was used lately. */
  find(recipients: readonly string[]): Audience | undefined {
    for (let i = 0; i < this.#recent.length; i++) {
      const audience = this.#recent[i]!
      if (audience.recipients !== recipients) continue
      if (i > 0) this.#recent.unshift(...this.#recent.splice(i, 1))
      return audience
    }
    return this.#large.get(recipients)
  }

  make(recipients: readonly string[]): Audience {
    const audience = this.#derived(recipients) ?? Audience.of(recipients, this.#hosts)
    this.#recent.unshift(audience)
    if (this.#recent.length > KEPT) this.#recent.pop()
    if (recipients.length >= FEW) this.#large.set(recipients, audience)
    return audience
  }

  #derived(recipients: readonly string[]): Audience | undefined {
    if (recipients.length < FEW) return undefined
    for (const known of this.#recent) {
      const audience = known.changedTo(recipients, this.#hosts)
      if (audience) return audience
    }
    return undefined
  }
}
