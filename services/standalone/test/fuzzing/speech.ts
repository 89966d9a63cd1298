import type { Chance } from '@heliograph/testkit'
import { Element } from '@heliograph/xml'
import { mutate } from './mutate.ts'
import type { Payloads } from './payloads.ts'
import { pick, type Words } from './words.ts'

/** Somebody who can be spoken to, and Clark names of what he answers, as far as one knows. */
export interface Target {
  /** Undefined: what has no `to`. */
  readonly address: string | undefined
  readonly answers: readonly string[]
}

const IQ = ['get', 'set', 'set']
const MESSAGE = ['chat', 'normal', 'groupchat', 'headline', 'error', undefined, 'telepathy']
const PRESENCE = [
  ...[undefined, undefined, undefined, undefined, 'unavailable', 'subscribe', 'subscribed', 'unsubscribe'],
  ...['unsubscribed', 'probe', 'error', 'invisible'],
]

/** Makes stanzas out of all that is known: mostly requests that somebody could understand, nearly. */
export class Speech {
  readonly #chance: Chance
  readonly #words: Words
  readonly #payloads: Payloads
  #ids = 0

  constructor(chance: Chance, words: Words, payloads: Payloads) {
    this.#chance = chance
    this.#words = words
    this.#payloads = payloads
  }

  /** The next stanza to one of them; `strict` when a wrong address would end the stream. */
  next(targets: readonly Target[], strict = false): Element {
    const target = pick(this.#chance, targets)
    const kind = this.#chance(10)
    const stanza = kind < 7 ? this.#iq(target) : kind < 9 ? this.#message() : this.#presence()
    const to = !strict && this.#chance(40) === 0 ? this.#words.value : target.address
    if (to !== undefined) stanza.attrs.to = to
    if (this.#chance(20) === 0) stanza.attrs['xml:lang'] = this.#words.value
    return stanza
  }

  /** Something inside of a stanza. */
  payload(): Element {
    return this.#changed(this.#payloads.any())
  }

  /** Takes what somebody said as an example. */
  learn(stanza: Element): void {
    this.#words.learn(stanza)
    for (const child of stanza.getChildElements()) this.#payloads.add(child as Element)
  }

  #iq({ answers }: Target): Element {
    const iq = new Element('iq', { type: pick(this.#chance, IQ), id: `fuzz-${this.#ids++}` })
    const known = this.#chance(4) > 0
    const count = pick(this.#chance, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 2])
    for (let left = count; left > 0; left--)
      iq.cnode(this.#changed(known ? this.#payloads.among(answers) : this.#payloads.any()))
    return iq
  }

  #message(): Element {
    const message = new Element('message', { id: `fuzz-${this.#ids++}` })
    const type = pick(this.#chance, MESSAGE)
    if (type !== undefined) message.attrs.type = type
    if (this.#chance(3) > 0) message.c('body').t(this.#words.value)
    for (let left = this.#chance(3); left > 0; left--) message.cnode(this.payload())
    return message
  }

  #presence(): Element {
    const presence = new Element('presence')
    const type = pick(this.#chance, PRESENCE)
    if (type !== undefined) presence.attrs.type = type
    if (this.#chance(4) === 0)
      presence.c('priority').t(pick(this.#chance, ['1', '-1', '127', '128', this.#words.value]))
    if (this.#chance(4) === 0) presence.c('show').t(pick(this.#chance, ['away', 'dnd', 'xa', this.#words.value]))
    for (let left = this.#chance(3); left > 0; left--) presence.cnode(this.payload())
    return presence
  }

  #changed(payload: Element): Element {
    return mutate(payload, { chance: this.#chance, words: this.#words, any: () => this.#payloads.any() })
  }
}
