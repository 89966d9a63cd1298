import { hasPartLength } from './bytes.ts'
import { opaqueString } from './precis.ts'

/**
 * Prepares a resource part (RFC 7622 §3.4: OpaqueString). Idempotent.
 * @returns undefined when it isn't valid
 */
export function prepareResource(text: string): string | undefined {
  if (!hasPartLength(text)) return undefined
  const prepared = opaqueString(text)
  return prepared !== undefined && hasPartLength(prepared) ? prepared : undefined
}
