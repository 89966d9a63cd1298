/** Clients of other people's libraries come back by themselves, through what a load balancer does, and see each message once, in order. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Cluster,
  infrastructure,
  loginPeer,
  PEER_LIBRARIES,
  type PeerClient,
  type PeerLibrary,
  Site,
  slixmppAvailable,
} from '@heliograph/testkit'
import { Balancer } from '../support/balancer.ts'
import { Conversation } from '../support/conversation.ts'

const LIMIT_MS = 30_000

/**
 * slixmpp 1.8.3 empties its queue of unacknowledged stanzas when it sends `<resume/>` (`_handle_outgoing` of its XEP-0198 plugin): it may
 * lose what it says while its connection breaks. So it only listens then.
 */
const MAY_LOSE_ITS_OWN: PeerLibrary = 'slixmpp'

test('clients of three libraries lose their edge, then the other one, then the owners of their users', async () => {
  assert.ok(slixmppAvailable())
  await using servers = await infrastructure()
  await using site = await Site.cluster({ servers, counts: { fanout: 1, muc: 1, pubsub: 1, gateway: 1 } })
  assert.ok(site.server instanceof Cluster)
  const { server } = site
  await using stack = new AsyncDisposableStack()
  const peers = await logIn(site, stack)
  const talk = stack.use(new Conversation(peers))
  const quiet = peers.find(({ library }) => library === MAY_LOSE_ITS_OWN)!
  await talk.flows()

  // They began at both edges, and are all at the second once the first was killed.
  const there = [peers.filter((_, index) => index % 2 === 0), peers]
  for (const [index, edge] of server.of('edge').entries()) {
    await talk.hush(quiet)
    const before = new Map(there[index]!.map((peer) => [peer, peer.resumptions]))
    await edge.process.kill()
    const back = () => there[index]!.every((peer) => peer.resumptions > before.get(peer)! && peer.online)
    await talk.until(`all have resumed who were at ${edge.process.name}`, back)
    talk.speakAgain(quiet)
    await Promise.all([talk.flows(), edge.process.start()])
  }

  // Streams stay while users change owners, so everybody may speak.
  const before = resumptions(peers)
  for (const owner of server.of('session')) {
    await owner.process.kill()
    await talk.flows()
    await owner.process.start()
  }
  assert.deepEqual(await talk.verdict(), [])
  assert.equal(resumptions(peers), before)
})

/** Each library by a balancer of its own, so that they begin at both edges. */
async function logIn(site: Site, stack: AsyncDisposableStack): Promise<PeerClient[]> {
  const logins = PEER_LIBRARIES.map(async (library, index) => {
    const edges = [site.edge(index), site.edge(index + 1)]
    const c2s = stack.use(await Balancer.start(edges.map((ports) => ports.c2s!)))
    const https = stack.use(await Balancer.start(edges.map((ports) => ports.https!)))
    const { user, password } = await site.person('talker')
    const ports = { c2s: c2s.port, https: https.port }
    const { domain, certificate: ca } = site
    return stack.use(await loginPeer(library, { ports, domain, ca, user, password, timeoutMs: LIMIT_MS }))
  })
  return Promise.all(logins)
}

function resumptions(peers: readonly PeerClient[]): number {
  return peers.reduce((sum, peer) => sum + peer.resumptions, 0)
}
