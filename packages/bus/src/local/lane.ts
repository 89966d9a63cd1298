import type { Envelope } from '../envelope.ts'

/** What an envelope weighs in a queue beside its payload, in bytes; roughly. */
const head = 256
const perRecipient = 32

/** A bounded queue of envelopes handed over by reference. */
export class Lane {
  readonly #bound: number
  #envelopes: Envelope[] = []
  #weight = 0

  /** `bound` in bytes, roughly. */
  constructor(bound: number) {
    this.#bound = bound
  }

  get weight(): number {
    return this.#weight
  }

  get length(): number {
    return this.#envelopes.length
  }

  /** False at the bound: the envelope wasn't taken. */
  push(envelope: Envelope): boolean {
    if (this.#weight >= this.#bound) return false
    this.#envelopes.push(envelope)
    this.#weight += weightOf(envelope)
    return true
  }

  /** Empties the queue. */
  takeAll(): readonly Envelope[] {
    const envelopes = this.#envelopes
    this.#envelopes = []
    this.#weight = 0
    return envelopes
  }
}

function weightOf(envelope: Envelope): number {
  const { stanza, body, recipients, conns, ids } = envelope
  const numbers = (conns?.length ?? 0) + (ids?.length ?? 0)
  const bytes = (stanza?.payload.length ?? 0) + (body?.length ?? 0)
  return head + bytes + numbers * 8 + (recipients?.length ?? 0) * perRecipient
}
