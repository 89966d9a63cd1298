import type { Element } from '@heliograph/xml'

const SID = 'urn:xmpp:sid:0'

/**
 * What waited, and was not acknowledged before its session died, comes again in the next one, late and with the id that it had: clients know
 * it by that (XEP-0359). The same in one session is a repetition.
 */
export class HandedOver {
  readonly #user: string
  /** Ids in the own archive of what came in this session, and in those that died with the server. */
  #ids = new Set<string>()
  readonly #formerIds = new Set<string>()

  constructor(user: string) {
    this.#user = user
  }

  /** A session begins that isn't a resumed one. */
  sessionBegun(): void {
    for (const id of this.#ids) this.#formerIds.add(id)
    this.#ids = new Set()
  }

  /** Takes note of a message; true when an earlier session had it. */
  again(message: Element): boolean {
    const mine = message
      .getChildren('stanza-id', SID)
      .find(({ attrs }) => String(attrs.by).startsWith(`${this.#user}@`))
    const id = mine?.attrs.id
    if (id === undefined) return false
    this.#ids.add(id)
    return this.#formerIds.has(id) && message.getChild('delay', 'urn:xmpp:delay') !== undefined
  }
}
