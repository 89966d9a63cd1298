import { domainOf, isBare, isDomain, type Jid, trusted } from '@heliograph/jid'
import type { IqHandler, Outcome, Respondent } from '@heliograph/module'
import type { Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { Delegation } from '../config.ts'
import type { SessionContext } from '../context.ts'
import type { Request } from '../modules/answer.ts'
import type { IqContext } from '../modules/iq-context.ts'

type Handlers = Respondent<IqContext>['registry']

/** What handles a request whose namespace is delegated to a component; undefined for all others. */
export function delegates(context: SessionContext, { entity, stanza }: Request): Handlers | undefined {
  const { delegations } = context.config
  const payload = stanza.children[0]
  if (delegations.size === 0 || entity === 'upload' || payload === undefined) return undefined
  const namespace = payload.slice(1, payload.indexOf('}'))
  const delegation = delegations.get(namespace)
  if (delegation === undefined || !isFor(delegation, stanza) || !hasAll(delegation.attributes, stanza)) return undefined
  const handle: IqHandler<IqContext>['handle'] = (_request, asked) => asked.delegate(namespace)!
  return { find: (_entity, type) => ({ entity, type, payload, handle }), knows: () => true }
}

/** Has the component answer, if there is one for it; the request is in custody when that is done. */
export function delegate(context: SessionContext, asked: Request, namespace: string): Promise<Outcome> | undefined {
  const delegation = context.config.delegations.get(namespace)
  const { user, stanza, custody } = asked
  if (delegation === undefined || !isFor(delegation, stanza)) return undefined
  custody?.hold()
  const answer = context.delegated.ask(user, stanza, delegation.component)
  void answer.finally(() => custody?.release())
  return answer
}

/** XEP-0355 §4.3: what is for a server or a bare JID alone; §4.3.1: nothing of the component's own. */
function isFor({ component }: Delegation, { from, to }: Stanza): boolean {
  const isOwn = from !== undefined && domainOf(from) === component && !from.includes('@')
  return !isOwn && (to === undefined || isBare(trusted<Jid>(to)) || isDomain(trusted<Jid>(to)))
}

/** XEP-0355 §4.3 N.B.3: what hasn't all of them is no component's. */
function hasAll(attributes: readonly string[], { element }: Stanza): boolean {
  if (attributes.length === 0) return true
  const payload = (element.getChildElements() as Element[])[0]
  return attributes.every((name) => payload?.attrs[name] !== undefined)
}
