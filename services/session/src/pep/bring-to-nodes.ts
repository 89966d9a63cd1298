import { type Asker, codecs, Kind } from '@heliograph/bus'
import { bareOf, type Jid, trusted } from '@heliograph/jid'
import type { Outcome } from '@heliograph/module'
import { errorReply, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { envelopeOf, forward, type Provenance, SERVER_MADE } from '../pipeline/forward.ts'
import { mayKnow } from '../pipeline/may-know.ts'
import type { Obligation } from '../users/custody.ts'
import type { User } from '../users/user.ts'

const ITEMS = `{${NS.discoItems}}query`

/** A request for nodes of an account. */
export interface ForNodes {
  readonly user: User
  readonly stanza: Stanza
  readonly provenance?: Provenance
  /** Of the request: held until the owner of the nodes has taken it. */
  readonly custody?: Pick<Obligation, 'hold' | 'release'> | undefined
}

/**
 * Brings a request to the owner of the account's nodes, who answers it by what is said here of the asker: so that one needs no roster. Nobody
 * but the account's owner sends there.
 */
export function bringToNodes(context: SessionContext, asked: ForNodes): Outcome {
  const { user, stanza, provenance = SERVER_MADE, custody } = asked
  const request = stanza.to === undefined ? stanza.with({ to: user.jid }) : stanza
  const envelope = envelopeOf(context, user, request, provenance)
  envelope.body = codecs.asker.encode(askerOf(user, request))
  custody?.hold()
  context.router.transfer(Kind.node, user.jid, envelope, (outcome) => {
    const reply = outcome === 'taken' ? undefined : errorReply(request, stanzaError('resource-constraint'))
    if (reply) forward(context, user, reply)
    custody?.release()
  })
  return { kind: 'answered' }
}

/** What the account's owner says of who asks something of its nodes. */
export function askerOf(user: User, { from, children }: Stanza): Asker {
  const jid = bareOf(trusted<Jid>(from!))
  const own = jid === user.jid
  // XEP-0030 §8: resources are for those who see the presence anyway.
  const listed = children[0] === ITEMS && mayKnow(user, jid) ? user.resources.filter(({ available }) => available) : []
  return {
    own,
    subscriber: own || user.roster.isSubscriber(jid),
    groups: (user.roster.get(jid)?.groups ?? []).join('\0'),
    resources: listed.map((resource) => resource.jid).join('\0'),
  }
}
