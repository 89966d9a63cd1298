import { isUnavailable } from '@heliograph/database'
import { type Entity, respond } from '@heliograph/module'
import { type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { delegate, delegates } from '../delegation/delegate.ts'
import { bringToNodes } from '../pep/bring-to-nodes.ts'
import { NodesSilent } from '../pep/own-requests.ts'
import { forward, type Provenance } from '../pipeline/forward.ts'
import type { Obligation } from '../users/custody.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

export interface Request {
  /** Who is asked; `nobody` when there is no such account, or none that the asker may know of. */
  readonly entity: Entity
  readonly user: User
  /** The asking client when it is the user's own. */
  readonly resource?: Resource
  readonly stanza: Stanza
  readonly obligation?: Obligation
  /** Where the request came from, for whoever it is brought on to. */
  readonly provenance?: Provenance
  /** Of a request from elsewhere that may be brought on; an own client's has its obligation. */
  readonly custody?: Pick<Obligation, 'hold' | 'release'>
}

/** Answers an IQ for the account or the server. In custody once it is answered. */
export function answer(context: SessionContext, request: Request): void {
  const { stanza, user, resource, obligation } = request
  const response = respond(stanza, {
    registry: delegates(context, request) ?? context.modules,
    entity: request.entity,
    context: {
      session: context,
      user,
      resource,
      chore: (work) => runChore(user, work),
      bringToNodes: () => bringToNodes(context, { ...request, custody: request.custody ?? obligation }),
      delegate: (namespace) => delegate(context, request, namespace),
    },
    failed: (error) => failure(context, error),
  })
  if (!(response instanceof Promise)) return send(context, request, response)
  obligation?.hold()
  response
    .then((reply) => send(context, request, reply))
    .finally(() => obligation?.release())
    .catch((error: unknown) => context.log.error('answer_failed', { error }))
}

function send(context: SessionContext, { user, resource }: Request, reply: Stanza | undefined): void {
  if (!reply) return
  if (!resource) forward(context, user, reply)
  // The session may have ended while the handler waited.
  else if (user.resources.includes(resource))
    user.afterCommit.pass(() => context.outgoing.deliver(user, resource, reply))
}

function failure(context: SessionContext, error: unknown): StanzaError {
  if (error instanceof NodesSilent)
    return stanzaError('resource-constraint', { text: 'your nodes are not available now' })
  if (isUnavailable(error)) return stanzaError('resource-constraint', { text: 'storage is not available now' })
  context.log.error('iq_handler_failed', { error })
  return stanzaError('internal-server-error')
}

function runChore<T>(user: User, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const taken = user.chores.push(() => work().then(resolve, reject))
    if (!taken) reject(new Error('too many requests wait for storage'))
  })
}
