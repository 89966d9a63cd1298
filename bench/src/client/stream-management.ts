import { attribute } from './xml-text.ts'

const NS_SM = 'urn:xmpp:sm:3'

/** The client's side of XEP-0198 on one stream: counts, answers `<r/>`, and asks by its own policy. */
export class StreamManagement {
  readonly #write: (xml: string) => void
  readonly #askEvery: number
  #received = 0
  #sent = 0
  #acknowledged = 0
  #sinceAsked = 0

  /** @param askEvery stanzas sent between two `<r/>` of ours */
  constructor(write: (xml: string) => void, askEvery: number) {
    this.#write = write
    this.#askEvery = askEvery
  }

  /** Stanzas sent that the server has not acknowledged. */
  get unacknowledged(): number {
    return this.#sent - this.#acknowledged
  }

  /** Counts a stanza of ours, to be called for each one written; asks when it is time to. */
  sent(): void {
    this.#sent += 1
    this.#sinceAsked += 1
    if (this.#sinceAsked >= this.#askEvery) this.ask()
  }

  /** Asks for an acknowledgement now. */
  ask(): void {
    this.#sinceAsked = 0
    this.#write(`<r xmlns='${NS_SM}'/>`)
  }

  /** Says how many stanzas have come. */
  tell(): void {
    this.#write(`<a xmlns='${NS_SM}' h='${this.#received}'/>`)
  }

  /** Takes an element; true when it was one of stream management, otherwise it is counted as a stanza. */
  take(xml: string): boolean {
    if (xml.startsWith('<r ') || xml.startsWith('<r/')) {
      this.tell() // XEP-0198 §4
      return true
    }
    if (xml.startsWith('<a ')) {
      this.#acknowledge(Number(attribute(xml, 'h')))
      return true
    }
    this.#received += 1
    return false
  }

  #acknowledge(h: number): void {
    if (h < this.#acknowledged || h > this.#sent) {
      throw new Error(`the server acknowledged ${h} of ${this.#sent} stanzas after ${this.#acknowledged}`)
    }
    this.#acknowledged = h
  }
}
