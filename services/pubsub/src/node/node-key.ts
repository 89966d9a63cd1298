import type { BareJid } from '@heliograph/jid'

/** Mailbox key of a node: a service's address has no slash, so it ends where the first one is. */
export function nodeKey(service: BareJid, node: string): string {
  return `${service}/${node}`
}

/** Undefined for the key of a service itself. */
export function readNodeKey(key: string): { readonly service: BareJid; readonly node: string } | undefined {
  const slash = key.indexOf('/')
  return slash < 0 ? undefined : { service: key.slice(0, slash) as BareJid, node: key.slice(slash + 1) }
}
