import { loginPeer, type PeerClient, type PeerLibrary, type Person, type Site } from '@heliograph/testkit'

/** A client of that library, logged in at an edge; no presence is sent. */
export function peerOf(site: Site, library: PeerLibrary, { user, password }: Person, edge = 0): Promise<PeerClient> {
  return loginPeer(library, { ports: site.edge(edge), domain: site.domain, ca: site.certificate, user, password })
}
