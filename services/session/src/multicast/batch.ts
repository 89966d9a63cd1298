import { Kind } from '@heliograph/bus'
import type { Jid } from '@heliograph/jid'
import { copyFor, forDomain, ingressOfWhole } from '@heliograph/multicast'
import type { Outcome } from '@heliograph/ownership'
import type { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { envelopeOf, forward, type Provenance } from '../pipeline/forward.ts'
import type { User } from '../users/user.ts'

type Settle = (outcome: Outcome) => void

interface Together {
  readonly pair: string
  readonly stanza: Stanza
  readonly provenance: Provenance
  readonly recipients: Map<Jid, Settle>
}

/** The copies of one stanza for several, on their way to the owners of their addresses. */
export class Batch {
  readonly #context: SessionContext
  readonly #user: User
  readonly #together = new Map<string, Together>()

  constructor(context: SessionContext, user: User) {
    this.#context = context
    this.#user = user
  }

  /** As `forward`; what is for other domains goes with `flush`. */
  forward(stanza: Stanza, provenance: Provenance, settle: Settle): void {
    const { hosts } = this.#context
    const to = stanza.to!
    if (hosts.kindOf(to) !== Kind.domain)
      return forward(this.#context, this.#user, copyFor(stanza, to), provenance, settle)
    const pair = hosts.keyOf(to, this.#user.jid)
    const whole = { ...provenance, ...ingressOfWhole(provenance) }
    const key = `${pair} ${whole.stream} ${whole.count}`
    const together = this.#together.get(key) ?? {
      pair,
      stanza: stanza.with({ to: undefined }),
      provenance: whole,
      recipients: new Map<Jid, Settle>(),
    }
    this.#together.set(key, together)
    together.recipients.set(to, settle)
  }

  /** One envelope for each other domain. */
  flush(): void {
    const { router } = this.#context
    for (const { pair, stanza, provenance, recipients } of this.#together.values())
      for (const part of forDomain(stanza, [...recipients.keys()])) {
        const envelope = Object.assign(envelopeOf(this.#context, this.#user, stanza, provenance), part)
        const settles = (part.recipients ?? [part.stanza.to!]).map((to) => recipients.get(to as Jid)!)
        router.transfer(Kind.domain, pair, envelope, (outcome) => {
          for (const settle of settles) settle(outcome)
        })
      }
  }
}
