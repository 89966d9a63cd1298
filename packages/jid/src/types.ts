declare const kind: unique symbol

/** A prepared XMPP address (RFC 7622), in its one canonical spelling: equal addresses are equal strings. */
export type Jid = string & { readonly [kind]: 'domain' | 'bare' | 'full' }

/** A Jid without a resource: `local@domain` or a domain alone. */
export type BareJid = string & { readonly [kind]: 'domain' | 'bare' }

/** A Jid with a resource. */
export type FullJid = string & { readonly [kind]: 'full' }

/** A Jid that is a domain alone. */
export type Domain = string & { readonly [kind]: 'domain' }
