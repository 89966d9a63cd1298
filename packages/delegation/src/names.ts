/** Of the protocol. It MUST NOT be delegated itself (XEP-0355 §8 rule 5). */
export const DELEGATION = 'urn:xmpp:delegation:2'

/** Stands for disco#info of accounts' nodes that the server has none of (XEP-0355 §7.2.4). */
export const REMAINING_INFO = `${DELEGATION}:bare:disco#info:*`
/** Stands for disco#items of accounts (XEP-0355 §7.2.5). */
export const REMAINING_ITEMS = `${DELEGATION}:bare:disco#items:*`

/** Where a component says what it does for the server in a namespace (XEP-0355 §7.2.1). */
export function serverNode(namespace: string): string {
  return `${DELEGATION}::${namespace}`
}

/** Where it says what it does for accounts (XEP-0355 §7.2.2). */
export function accountNode(namespace: string): string {
  return `${DELEGATION}:bare:${namespace}`
}

/** Whether it is one that stands for requests of service discovery. */
export function isRemaining(namespace: string): boolean {
  return namespace === REMAINING_INFO || namespace === REMAINING_ITEMS
}
