import type { PeerClient, PeerOptions } from './peer-client.ts'

export const PEER_LIBRARIES = ['@xmpp/client', 'strophe.js', 'slixmpp'] as const
export type PeerLibrary = (typeof PEER_LIBRARIES)[number]

/** Those that know BOSH. */
export const BOSH_LIBRARIES = ['strophe.js', 'stanza'] as const

/** Logs a client of that library in, over BOSH. */
export async function loginBoshPeer(
  library: (typeof BOSH_LIBRARIES)[number],
  options: PeerOptions,
): Promise<PeerClient> {
  const bosh = { ...options, bosh: true }
  if (library === 'strophe.js') return (await import('./strophe-peer.ts')).StrophePeer.login(bosh)
  return (await import('./stanza-peer.ts')).StanzaPeer.login(bosh)
}

/** Logs a client of that library in. The libraries are loaded only here: they are large, and set globals. */
export async function loginPeer(library: PeerLibrary, options: PeerOptions): Promise<PeerClient> {
  if (library === '@xmpp/client') return (await import('./xmpp-js-peer.ts')).XmppJsPeer.login(options)
  if (library === 'strophe.js') return (await import('./strophe-peer.ts')).StrophePeer.login(options)
  return (await import('./slixmpp-peer.ts')).SlixmppPeer.login(options)
}
