import { forwardedXml, NS, Stanza } from '@heliograph/stanza'
import type { User } from '../users/user.ts'

const COPIES: readonly string[] = [`{${NS.carbons}}sent`, `{${NS.carbons}}received`]

/** Whether a delivery is a copy. What others send with such a payload beside a body isn't. */
export function isCarbon({ children }: Stanza): boolean {
  return children.length === 1 && COPIES.includes(children[0]!)
}

export type Direction = 'sent' | 'received'

/** A message as it is copied to another of the user's clients (XEP-0280 §7, §8); `to` is still to be put in. Its payload is not read. */
export function carbonOf(user: User, message: Stanza, direction: Direction): Stanza {
  const xml = `<${direction} xmlns='${NS.carbons}'>${forwardedXml(message)}</${direction}>`
  const head = { name: 'message', type: message.type, from: user.jid } as const
  return new Stanza({ ...head, payload: Buffer.from(xml), children: `{${NS.carbons}}${direction}` })
}
