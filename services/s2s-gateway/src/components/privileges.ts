import { domainOf, isBare, isDomain } from '@heliograph/jid'
import { checkStanza, el, errorReply, NS, Stanza, stanza, stanzaError } from '@heliograph/stanza'
import type { ComponentStream } from './component-stream.ts'
import type { Definition } from './definition.ts'

/** Tells a component what it may do in the name of each domain's users (XEP-0356 §4.2, §5.2); nothing where that is nothing. */
export function advertisePrivileges(stream: ComponentStream, { domain, privileges }: Definition): void {
  const { roster, message } = privileges
  const permissions = [
    // §4.1: without pushes, which it is told.
    roster !== 'none' && el('perm', { access: 'roster', type: roster, push: 'false' }),
    message !== 'none' && el('perm', { access: 'message', type: message }),
  ]
  if (permissions.every((permission) => !permission)) return
  for (const from of stream.context.hosts.domains)
    stream.deliver(
      stanza(
        'message',
        { from, to: domain, id: `privileges-${from}` },
        el('privilege', { xmlns: NS.privilege }, permissions),
      ),
      () => {},
    )
}

/** A message in which a component says what one of our users, or the server, is to have said (XEP-0356 §5). False when it is none. */
export function sendOnBehalf(stream: ComponentStream, definition: Definition, outer: Stanza): boolean {
  const { to } = outer
  if (outer.name !== 'message' || outer.type === 'error' || to === undefined || !isDomain(to)) return false
  const privilege = outer.child('privilege', NS.privilege)
  if (privilege === undefined || !stream.context.hosts.domains.includes(to)) return false
  const element = privilege.getChild('forwarded', NS.forward)?.getChild('message', NS.client)
  const inner = element && Stanza.fromElement(element)
  const mayBeSaid =
    definition.privileges.message === 'outgoing' &&
    inner?.from !== undefined &&
    inner.to !== undefined &&
    checkStanza(inner) === undefined &&
    // §5.1: "MUST be a bare JID from the server, no resource is allowed".
    isBare(inner.from) &&
    domainOf(inner.from) === to
  if (mayBeSaid) stream.inbound.bring(inner)
  else {
    const reply = errorReply(outer, stanzaError('forbidden'))
    if (reply) stream.inbound.answer(reply)
  }
  return true
}
