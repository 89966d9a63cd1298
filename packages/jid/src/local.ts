import { hasPartLength } from './bytes.ts'
import { usernameCaseMapped } from './precis.ts'

/** RFC 7622 §3.3.1: characters that PRECIS allows and a local part doesn't. */
const EXCLUDED = /["&'/:<>@]/
const PREPARED_ASCII = /^[!#-%(-.0-9;=?[-~]{1,1023}$/

/**
 * Prepares a local part (RFC 7622 §3.3: UsernameCaseMapped less eight characters). Idempotent.
 * @returns undefined when it isn't valid
 */
export function prepareLocal(text: string): string | undefined {
  if (PREPARED_ASCII.test(text)) return text
  if (!hasPartLength(text)) return undefined
  const prepared = usernameCaseMapped(text)
  return prepared === undefined || EXCLUDED.test(prepared) || !hasPartLength(prepared) ? undefined : prepared
}
