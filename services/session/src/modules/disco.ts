import { domainOf, trusted } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import { discoElement } from '../capabilities/disco-info.ts'
import type { OwnCapabilities } from '../capabilities/own-capabilities.ts'
import type { IqContext } from './iq-context.ts'

const INFO = `{${NS.discoInfo}}query`
const ITEMS = `{${NS.discoItems}}query`

/** XEP-0030: Service Discovery. Features come from the modules that have them. */
export const disco = defineModule<IqContext>({
  name: 'disco',
  xeps: [{ number: '0030', version: '2.5.0' }],
  features: {
    server: [NS.discoInfo, NS.discoItems],
    account: [NS.discoInfo, NS.discoItems],
  },
  iq: [
    onGet('server', INFO, serverInfo),
    onGet('server', ITEMS, serverItems),
    onGet('account', INFO, accountInfo),
    onGet('account', ITEMS, accountItems),
    onGet('nobody', ITEMS, noItems),
  ],
})

function serverInfo(request: Stanza, { session }: IqContext): Outcome {
  return info(request, session.own.server)
}

function serverItems(request: Stanza, { session, user }: IqContext): Outcome {
  if (nodeOf(request, NS.discoItems)) return noItems(request)
  // The domain that is asked, which need not be the asker's.
  const services = session.hosts.services(domainOf(trusted(request.to ?? user.jid)))
  return reply(
    el(
      'query',
      { xmlns: NS.discoItems },
      services.map((jid) => el('item', { jid })),
    ),
  )
}

function accountInfo(request: Stanza, { session }: IqContext): Outcome {
  return info(request, session.own.account)
}

/** XEP-0030 §8: available resources, to those who see the presence anyway. */
function accountItems(request: Stanza, { user }: IqContext): Outcome {
  if (nodeOf(request, NS.discoItems)) return noItems(request)
  const available = user.resources.filter((resource) => resource.available)
  return reply(
    el(
      'query',
      { xmlns: NS.discoItems },
      available.map(({ jid }) => el('item', { jid })),
    ),
  )
}

/** XEP-0030 §8 rule 2: the same for strangers and for accounts that do not exist. */
function noItems(request: Stanza): Outcome {
  return reply(el('query', { xmlns: NS.discoItems, node: nodeOf(request, NS.discoItems) }))
}

function nodeOf(request: Stanza, xmlns: string): string | undefined {
  return request.child('query', xmlns)?.attrs.node as string | undefined
}

/** Without a node, or under one that stands for these very capabilities. */
function info(request: Stanza, own: OwnCapabilities): Outcome {
  const node = nodeOf(request, NS.discoInfo)
  if (node && !own.isNode(node)) return refuse(stanzaError('item-not-found'))
  return reply(discoElement(own.info, node))
}
