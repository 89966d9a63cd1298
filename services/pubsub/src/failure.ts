import { isUnavailable } from '@heliograph/database'
import { type StanzaError, stanzaError } from '@heliograph/stanza'
import type { PubsubContext } from './context.ts'
import { isLost } from './node/until-available.ts'

/** What an error that nobody foresaw is to whoever asked. */
export function failure({ log }: Pick<PubsubContext, 'log'>, error: unknown): StanzaError {
  if (isUnavailable(error)) return stanzaError('resource-constraint', { text: 'storage is not available now' })
  if (!isLost(error)) log.error('operation_failed', { error })
  return stanzaError('internal-server-error')
}
