import { REMAINING_INFO, REMAINING_ITEMS } from '@heliograph/delegation'
import { domainOf, trusted } from '@heliograph/jid'
import { defineModule, type Entity, type Outcome, onGet, refuse, reply } from '@heliograph/module'
import { uploadOf } from '@heliograph/ownership'
import { el, type Form, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import { discoElement } from '../capabilities/disco-info.ts'
import type { OwnCapabilities } from '../capabilities/own-capabilities.ts'
import { commandInfo, commandItems } from '../commands/command-disco.ts'
import { limitsFor } from '../multicast/multicast-module.ts'
import type { IqContext } from './iq-context.ts'

const INFO = `{${NS.discoInfo}}query`
/** A component may have to be asked. */
type Answer = Outcome | Promise<Outcome>

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
    onGet('nobody', INFO, strangerInfo),
    onGet('nobody', ITEMS, strangerItems),
  ],
})

function serverInfo(request: Stanza, context: IqContext): Answer {
  const { session, user } = context
  const asked = domainOf(trusted(request.to ?? user.jid))
  return commandOr(request, context, 'server', () =>
    info(request, session.own.server(asked), limitsFor(session, request.from)),
  )
}

function serverItems(request: Stanza, context: IqContext): Outcome {
  const { session, user } = context
  if (nodeOf(request, NS.discoItems)) return nodeItems(request, context)
  // The domain that is asked, which need not be the asker's.
  const domain = domainOf(trusted(request.to ?? user.jid))
  const services = [...session.hosts.services(domain), ...(session.slots ? [uploadOf(domain)] : [])]
  return reply(
    el(
      'query',
      { xmlns: NS.discoItems },
      services.map((jid) => el('item', { jid })),
    ),
  )
}

function accountInfo(request: Stanza, context: IqContext): Answer {
  const { session, user } = context
  if (user.anonymous) return info(request, session.own.anonymous)
  return commandOr(request, context, 'account', () => {
    const node = nodeOf(request, NS.discoInfo)
    if (!node || session.own.account.under(node)) return info(request, session.own.account)
    return context.delegate(REMAINING_INFO) ?? context.bringToNodes()
  })
}

/** XEP-0030 §8, XEP-0163 §6: available resources, to those who see the presence anyway, and nodes. */
function accountItems(request: Stanza, context: IqContext): Answer {
  const node = nodeOf(request, NS.discoItems)
  const found = node ? commandItems('account', node, request, context) : undefined
  return (
    found ?? (context.user.anonymous ? noItems(request) : (context.delegate(REMAINING_ITEMS) ?? context.bringToNodes()))
  )
}

/** Of nodes alone: what an account can do isn't for strangers. */
function strangerInfo(request: Stanza, context: IqContext): Answer {
  const { user } = context
  const isNode = nodeOf(request, NS.discoInfo) !== undefined && nodeOf(request, NS.discoInfo) !== ''
  if (!isNode || user.anonymous) return refuse(stanzaError('service-unavailable'))
  const delegated = context.delegate(REMAINING_INFO)
  if (delegated) return delegated
  if (!user.exists) return refuse(stanzaError('service-unavailable'))
  return context.bringToNodes()
}

function strangerItems(request: Stanza, context: IqContext): Answer {
  const { user } = context
  const delegated = user.anonymous ? undefined : context.delegate(REMAINING_ITEMS)
  if (delegated) return delegated
  return user.exists && !user.anonymous ? context.bringToNodes() : noItems(request)
}

/** XEP-0030 §8 rule 2: the same for strangers and for accounts that do not exist. */
function noItems(request: Stanza): Outcome {
  return reply(el('query', { xmlns: NS.discoItems, node: nodeOf(request, NS.discoItems) }))
}

/** What a node of commands is, or what `otherwise` says of any other, and of none. */
function commandOr(request: Stanza, context: IqContext, entity: Entity, otherwise: () => Answer): Answer {
  const node = nodeOf(request, NS.discoInfo)
  return (node === undefined ? undefined : commandInfo(entity, node, request, context)) ?? otherwise()
}

function nodeItems(request: Stanza, context: IqContext): Outcome {
  const node = nodeOf(request, NS.discoItems) ?? ''
  return commandItems('server', node, request, context) ?? noItems(request)
}

function nodeOf(request: Stanza, xmlns: string): string | undefined {
  return request.child('query', xmlns)?.attrs.node as string | undefined
}

/** Without a node, or under one that stands for these very capabilities. */
function info(request: Stanza, own: OwnCapabilities, more: readonly Form[] = []): Outcome {
  const node = nodeOf(request, NS.discoInfo)
  const hashed = node ? own.under(node) : undefined
  if (node && hashed === undefined) return refuse(stanzaError('item-not-found'))
  // What isn't in the hash isn't said under it.
  const said = hashed ?? { ...own.info, forms: [...own.info.forms, ...more] }
  return reply(discoElement(said, node))
}
