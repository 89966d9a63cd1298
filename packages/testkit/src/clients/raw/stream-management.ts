import type { Element } from '@heliograph/xml'

export const NS_SM = 'urn:xmpp:sm:3'

const STANZAS = new Set(['message', 'presence', 'iq'])
const COUNTER = 2 ** 32

/** The client's half of XEP-0198: what a later connection needs to resume. */
export class StreamManagement {
  /** Stanzas received and handled since `<enabled/>`. */
  handled = 0
  /** Stanzas sent that the server hasn't acknowledged, oldest first. */
  readonly unacked: string[] = []
  /** The server's latest `h`. */
  acked = 0
  /** From `<enabled/>`; absent when resumption was not granted. */
  id: string | undefined
  location: string | undefined
  /** False: `<r/>` is left to the test. */
  answers = true
  /** Stanzas acknowledged beyond those that were counted here: 0, unless a test sent some by other means. */
  excess = 0

  received(element: Element): void {
    if (STANZAS.has(element.getName())) this.handled = (this.handled + 1) % COUNTER
  }

  sent(xml: string): void {
    if (/^\s*<(message|presence|iq)[\s/>]/.test(xml)) this.unacked.push(xml)
  }

  /** Takes over the server's `h`. */
  acknowledge(h: number): void {
    const newly = (h - this.acked + COUNTER) % COUNTER
    this.excess += Math.max(0, newly - this.unacked.length)
    this.unacked.splice(0, newly)
    this.acked = h
  }
}
