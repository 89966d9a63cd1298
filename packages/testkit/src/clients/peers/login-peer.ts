import type { PeerClient, PeerOptions } from './peer-client.ts'

export const PEER_LIBRARIES = ['@xmpp/client', 'strophe.js', 'slixmpp'] as const
export type PeerLibrary = (typeof PEER_LIBRARIES)[number]

/** Logs a client of that library in. The libraries are loaded only here: they are large, and set globals. */
export async function loginPeer(library: PeerLibrary, options: PeerOptions): Promise<PeerClient> {
  if (library === '@xmpp/client') return (await import('./xmpp-js-peer.ts')).XmppJsPeer.login(options)
  if (library === 'strophe.js') return (await import('./strophe-peer.ts')).StrophePeer.login(options)
  return (await import('./slixmpp-peer.ts')).SlixmppPeer.login(options)
}
