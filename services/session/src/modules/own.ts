import { type IqHandler, type Outcome, onGet, onSet, refuse } from '@heliograph/module'
import { type Stanza, stanzaError } from '@heliograph/stanza'
import type { Resource } from '../users/resource.ts'
import type { IqContext } from './iq-context.ts'

/** Of a request that one of the account's own clients makes. */
export interface OwnContext extends IqContext {
  readonly resource: Resource
}

type OwnHandler = (request: Stanza, context: OwnContext) => Outcome | Promise<Outcome>

/** What an account answers to its own clients alone: all others are refused, whether there is such an account or not. */
export function onOwnGet(payload: string, handle: OwnHandler): readonly IqHandler<IqContext>[] {
  return [onGet('account', payload, ownersOnly(handle)), onGet('nobody', payload, notYours)]
}

/** The same for what is set. */
export function onOwnSet(payload: string, handle: OwnHandler): readonly IqHandler<IqContext>[] {
  return [onSet('account', payload, ownersOnly(handle)), onSet('nobody', payload, notYours)]
}

export function notYours(): Outcome {
  return refuse(stanzaError('forbidden'))
}

/** For its own clients; others are refused. */
export function ownersOnly(handle: OwnHandler): IqHandler<IqContext>['handle'] {
  return (request, context) => (isOwn(context) ? handle(request, context) : notYours())
}

function isOwn(context: IqContext): context is OwnContext {
  return context.resource !== undefined
}
