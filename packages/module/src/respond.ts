import {
  errorReply,
  iqResult,
  type Stanza,
  type StanzaCondition,
  type StanzaError,
  stanzaError,
} from '@heliograph/stanza'
import type { Entity, Outcome } from './module.ts'
import type { Registry } from './registry.ts'

/** How an entity answers IQ requests beyond its modules. */
export interface Respondent<Context> {
  readonly registry: Pick<Registry<Context>, 'find' | 'knows'>
  readonly entity: Entity
  readonly context: Context
  /** Turns what a handler threw into an error: logs it, and tells the client no detail (RFC 6120 §8.3.3.6). */
  readonly failed: (error: unknown) => StanzaError
}

/**
 * Answers an IQ request by the module that handles its payload: exactly one response to each request (RFC 6120 §8.2.3), nothing to a
 * response. A promise only where the handler needs one. Undefined: the handler answers by itself, or there is nothing to say.
 */
export function respond<Context>(
  request: Stanza,
  { registry, entity, context, failed }: Respondent<Context>,
): Stanza | undefined | Promise<Stanza | undefined> {
  if (request.type !== 'get' && request.type !== 'set') return undefined
  const payload = request.children[0]
  const handler = payload === undefined ? undefined : registry.find(entity, request.type, payload)
  if (!handler) return errorReply(request, stanzaError(missing(registry, entity, payload)))
  try {
    const outcome = handler.handle(request, context)
    if (!(outcome instanceof Promise)) return toStanza(request, outcome)
    return outcome.then(
      (result) => toStanza(request, result),
      (error: unknown) => errorReply(request, failed(error)),
    )
  } catch (error) {
    return errorReply(request, failed(error))
  }
}

function toStanza(request: Stanza, outcome: Outcome): Stanza | undefined {
  switch (outcome.kind) {
    case 'reply':
      return iqResult(request, outcome.payload)
    case 'raw':
      return iqResult(request).append(outcome.xml, outcome.name)
    case 'refuse':
      return errorReply(request, outcome.error)
    case 'answered':
      return undefined
  }
}

/** RFC 6120 §8.4, RFC 6121 §8.5.1: a namespace that nobody here understands, or (§8.3.3.3) a part of one that is missing. */
function missing<Context>(
  registry: Respondent<Context>['registry'],
  entity: Entity,
  payload: string | undefined,
): StanzaCondition {
  return payload !== undefined && registry.knows(entity, payload) ? 'feature-not-implemented' : 'service-unavailable'
}
