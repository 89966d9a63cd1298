import { createHash } from 'node:crypto'
import { type Domain, domainOf, type Jid, parseJid, trusted } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Activation } from './transfers.ts'

/** What the answers of a proxy are made of. */
export interface ProxyContext {
  /** Where clients connect to, for the proxy of that domain. */
  streamHost(proxy: Domain): { readonly host: string; readonly port: number }
  mayUse(asker: Jid): boolean
  activate(hash: string): Activation
}

const FEATURES = [NS.discoInfo, NS.discoItems, NS.bytestreams]

/** XEP-0065: SOCKS5 Bytestreams, the proxy. */
export const bytestreamsProxy = defineModule<ProxyContext>({
  name: 'bytestreams-proxy',
  xeps: [
    { number: '0065', version: '1.8.2', note: 'the proxy, when `proxy65.enabled`; without UDP' },
    { number: '0030', version: '2.5.0' },
  ],
  features: { item: FEATURES },
  iq: [
    onGet('item', `{${NS.discoInfo}}query`, info),
    onGet('item', `{${NS.discoItems}}query`, () => reply(el('query', { xmlns: NS.discoItems }))),
    onGet('item', `{${NS.bytestreams}}query`, address),
    onSet('item', `{${NS.bytestreams}}query`, activate),
  ],
})

function info(): Outcome {
  const identity = el('identity', { category: 'proxy', type: 'bytestreams', name: 'Heliograph' })
  const features = FEATURES.map((feature) => el('feature', { var: feature }))
  return reply(el('query', { xmlns: NS.discoInfo }, identity, features))
}

function address(request: Stanza, { mayUse, streamHost }: ProxyContext): Outcome {
  if (!mayUse(request.from!)) return refuse(stanzaError('forbidden'))
  const jid = domainOf(trusted(request.to!))
  const { host, port } = streamHost(jid)
  return reply(el('query', { xmlns: NS.bytestreams }, el('streamhost', { jid, host, port })))
}

function activate(request: Stanza, { mayUse, activate: start }: ProxyContext): Outcome {
  if (!mayUse(request.from!)) return refuse(stanzaError('forbidden'))
  const query = request.child('query', NS.bytestreams)
  const sid = query?.attrs.sid as string | undefined
  const target = parseJid(query?.getChildText('activate') ?? '')
  if (!sid || target === undefined) return refuse(stanzaError('bad-request'))
  switch (start(hashOf(sid, request.from!, target))) {
    case 'active':
      return reply()
    // XEP-0065 §6.3.5
    case 'alone':
      return refuse(stanzaError('not-allowed'))
    case 'unknown':
      return refuse(stanzaError('item-not-found'))
  }
}

/** Under what both parties ask for each other (XEP-0065 §9.2). */
function hashOf(sid: string, requester: Jid, target: Jid): string {
  return createHash('sha1').update(`${sid}${requester}${target}`).digest('hex')
}
