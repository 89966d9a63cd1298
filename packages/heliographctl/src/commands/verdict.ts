import type { Verdict } from '@heliograph/rpc'
import { Failure } from '../failure.ts'

const meanings: Readonly<Record<string, string>> = {
  conflict: 'the account exists already',
  'item-not-found': 'there is no such account or domain',
  'jid-malformed': 'that is not such an address',
  'not-acceptable': 'the password or address is not acceptable',
  'recipient-unavailable': 'nobody owns it at the moment: try again',
  'not-allowed': 'that is not allowed',
}

/** @throws Failure when the server refused, with its condition. */
export function mustBeDone(
  { ok, condition, text = '' }: Verdict,
  jid: string,
  meant: Readonly<Record<string, string>> = {},
): void {
  const meaning = meant[condition] ?? meanings[condition] ?? 'refused'
  if (!ok) throw new Failure('refused', `${jid}: ${text || meaning} (${condition})`)
}
